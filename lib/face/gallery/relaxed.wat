;; Scores of one probe (-127 to 127) for rows of templates (1 to 127): relaxed SIMD.
;; What the processor may choose freely, a set top bit of the second operand and a saturated pair of products, cannot
;; occur with these values, so the results are the same everywhere. Two sums of each row hide the latency of the
;; instruction.
;; Four rows at a time, `quarter` bytes apart: a processor fetches ahead within a page of memory only, and while one
;; row waits at the border of a page the other three are read. Their scores and weights stand side by side. The stride
;; is a multiple of 64. The result is the highest score, and 0 if all are negative.
(module
  (import "gallery" "memory" (memory 1))
  (func (export "scores")
    (param $probe i32) (param $row i32) (param $quarter i32) (param $stride i32)
    (param $weight i32) (param $fours i32) (param $out i32) (param $bias i32) (result f64)
    (local $row2 i32) (local $row3 i32) (local $row4 i32) (local $at i32) (local $end i32)
    (local $value v128) (local $biases v128) (local $score v128) (local $highest v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $e v128) (local $f v128) (local $g v128) (local $h v128)
    (local.set $row2 (i32.add (local.get $row) (local.get $quarter)))
    (local.set $row3 (i32.add (local.get $row2) (local.get $quarter)))
    (local.set $row4 (i32.add (local.get $row3) (local.get $quarter)))
    (local.set $end (i32.add (local.get $probe) (local.get $stride)))
    (local.set $biases (i32x4.splat (local.get $bias)))
    (loop $rows
      (local.set $at (local.get $probe))
      (local.set $a (v128.const i64x2 0 0))
      (local.set $b (v128.const i64x2 0 0))
      (local.set $c (v128.const i64x2 0 0))
      (local.set $d (v128.const i64x2 0 0))
      (local.set $e (v128.const i64x2 0 0))
      (local.set $f (v128.const i64x2 0 0))
      (local.set $g (v128.const i64x2 0 0))
      (local.set $h (v128.const i64x2 0 0))
      (loop $values
        (local.set $value (v128.load (local.get $at)))
        (local.set $a (i32x4.relaxed_dot_i8x16_i7x16_add_s
          (local.get $value) (v128.load (local.get $row)) (local.get $a)))
        (local.set $b (i32x4.relaxed_dot_i8x16_i7x16_add_s
          (local.get $value) (v128.load (local.get $row2)) (local.get $b)))
        (local.set $c (i32x4.relaxed_dot_i8x16_i7x16_add_s
          (local.get $value) (v128.load (local.get $row3)) (local.get $c)))
        (local.set $d (i32x4.relaxed_dot_i8x16_i7x16_add_s
          (local.get $value) (v128.load (local.get $row4)) (local.get $d)))
        (local.set $value (v128.load offset=16 (local.get $at)))
        (local.set $e (i32x4.relaxed_dot_i8x16_i7x16_add_s
          (local.get $value) (v128.load offset=16 (local.get $row)) (local.get $e)))
        (local.set $f (i32x4.relaxed_dot_i8x16_i7x16_add_s
          (local.get $value) (v128.load offset=16 (local.get $row2)) (local.get $f)))
        (local.set $g (i32x4.relaxed_dot_i8x16_i7x16_add_s
          (local.get $value) (v128.load offset=16 (local.get $row3)) (local.get $g)))
        (local.set $h (i32x4.relaxed_dot_i8x16_i7x16_add_s
          (local.get $value) (v128.load offset=16 (local.get $row4)) (local.get $h)))
        (local.set $value (v128.load offset=32 (local.get $at)))
        (local.set $a (i32x4.relaxed_dot_i8x16_i7x16_add_s
          (local.get $value) (v128.load offset=32 (local.get $row)) (local.get $a)))
        (local.set $b (i32x4.relaxed_dot_i8x16_i7x16_add_s
          (local.get $value) (v128.load offset=32 (local.get $row2)) (local.get $b)))
        (local.set $c (i32x4.relaxed_dot_i8x16_i7x16_add_s
          (local.get $value) (v128.load offset=32 (local.get $row3)) (local.get $c)))
        (local.set $d (i32x4.relaxed_dot_i8x16_i7x16_add_s
          (local.get $value) (v128.load offset=32 (local.get $row4)) (local.get $d)))
        (local.set $value (v128.load offset=48 (local.get $at)))
        (local.set $e (i32x4.relaxed_dot_i8x16_i7x16_add_s
          (local.get $value) (v128.load offset=48 (local.get $row)) (local.get $e)))
        (local.set $f (i32x4.relaxed_dot_i8x16_i7x16_add_s
          (local.get $value) (v128.load offset=48 (local.get $row2)) (local.get $f)))
        (local.set $g (i32x4.relaxed_dot_i8x16_i7x16_add_s
          (local.get $value) (v128.load offset=48 (local.get $row3)) (local.get $g)))
        (local.set $h (i32x4.relaxed_dot_i8x16_i7x16_add_s
          (local.get $value) (v128.load offset=48 (local.get $row4)) (local.get $h)))
        (local.set $row (i32.add (local.get $row) (i32.const 64)))
        (local.set $row2 (i32.add (local.get $row2) (i32.const 64)))
        (local.set $row3 (i32.add (local.get $row3) (i32.const 64)))
        (local.set $row4 (i32.add (local.get $row4) (i32.const 64)))
        (br_if $values
          (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 64))) (local.get $end))))
      ;; The two sums of each row, then the four lanes of each, become one lane of one register.
      (local.set $a (i32x4.add (local.get $a) (local.get $e)))
      (local.set $b (i32x4.add (local.get $b) (local.get $f)))
      (local.set $c (i32x4.add (local.get $c) (local.get $g)))
      (local.set $d (i32x4.add (local.get $d) (local.get $h)))
      (local.set $a (i32x4.add
        (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $a) (local.get $b))
        (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $a) (local.get $b))))
      (local.set $c (i32x4.add
        (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $c) (local.get $d))
        (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $c) (local.get $d))))
      (local.set $value (i32x4.sub
        (i32x4.add
          (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $a) (local.get $c))
          (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $a) (local.get $c)))
        (local.get $biases)))
      (local.set $score (f64x2.mul
        (f64x2.convert_low_i32x4_s (local.get $value)) (v128.load (local.get $weight))))
      (v128.store (local.get $out) (local.get $score))
      (local.set $highest (f64x2.max (local.get $highest) (local.get $score)))
      (local.set $score (f64x2.mul
        (f64x2.convert_low_i32x4_s
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $value) (local.get $value)))
        (v128.load offset=16 (local.get $weight))))
      (v128.store offset=16 (local.get $out) (local.get $score))
      (local.set $highest (f64x2.max (local.get $highest) (local.get $score)))
      (local.set $weight (i32.add (local.get $weight) (i32.const 32)))
      (local.set $out (i32.add (local.get $out) (i32.const 32)))
      (br_if $rows (local.tee $fours (i32.sub (local.get $fours) (i32.const 1)))))
    (f64.max
      (f64x2.extract_lane 0 (local.get $highest)) (f64x2.extract_lane 1 (local.get $highest)))))
