;; Dot products of one probe (-127 to 127) with rows of templates (1 to 127): SIMD that every runtime has.
;; The sum of two products is at most 32,258 and never overflows its 16 bits. The stride is a multiple of 128.
;; The result is the highest of them, and 0 if all are negative.
(module
  (import "gallery" "memory" (memory 1))
  (func (export "dots")
    (param $probe i32) (param $row i32) (param $count i32) (param $stride i32) (param $out i32)
    (param $bias i32) (result i32)
    (local $sum i32) (local $highest i32)
    (local $at i32) (local $end i32) (local $last i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $e v128) (local $f v128) (local $g v128) (local $h v128) (local $q v128) (local $r v128)
    (local.set $last (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 2))))
    (loop $rows
      (local.set $at (local.get $probe))
      (local.set $end (i32.add (local.get $probe) (local.get $stride)))
      (local.set $a (v128.const i64x2 0 0))
      (local.set $b (v128.const i64x2 0 0))
      (local.set $c (v128.const i64x2 0 0))
      (local.set $d (v128.const i64x2 0 0))
      (local.set $e (v128.const i64x2 0 0))
      (local.set $f (v128.const i64x2 0 0))
      (local.set $g (v128.const i64x2 0 0))
      (local.set $h (v128.const i64x2 0 0))
      (loop $values
        (local.set $a (i32x4.add (local.get $a) (i32x4.extadd_pairwise_i16x8_s (i16x8.add
          (i16x8.extmul_low_i8x16_s (local.tee $q (v128.load (local.get $at))) (local.tee $r (v128.load (local.get $row))))
          (i16x8.extmul_high_i8x16_s (local.get $q) (local.get $r))))))
        (local.set $b (i32x4.add (local.get $b) (i32x4.extadd_pairwise_i16x8_s (i16x8.add
          (i16x8.extmul_low_i8x16_s (local.tee $q (v128.load offset=16 (local.get $at))) (local.tee $r (v128.load offset=16 (local.get $row))))
          (i16x8.extmul_high_i8x16_s (local.get $q) (local.get $r))))))
        (local.set $c (i32x4.add (local.get $c) (i32x4.extadd_pairwise_i16x8_s (i16x8.add
          (i16x8.extmul_low_i8x16_s (local.tee $q (v128.load offset=32 (local.get $at))) (local.tee $r (v128.load offset=32 (local.get $row))))
          (i16x8.extmul_high_i8x16_s (local.get $q) (local.get $r))))))
        (local.set $d (i32x4.add (local.get $d) (i32x4.extadd_pairwise_i16x8_s (i16x8.add
          (i16x8.extmul_low_i8x16_s (local.tee $q (v128.load offset=48 (local.get $at))) (local.tee $r (v128.load offset=48 (local.get $row))))
          (i16x8.extmul_high_i8x16_s (local.get $q) (local.get $r))))))
        (local.set $e (i32x4.add (local.get $e) (i32x4.extadd_pairwise_i16x8_s (i16x8.add
          (i16x8.extmul_low_i8x16_s (local.tee $q (v128.load offset=64 (local.get $at))) (local.tee $r (v128.load offset=64 (local.get $row))))
          (i16x8.extmul_high_i8x16_s (local.get $q) (local.get $r))))))
        (local.set $f (i32x4.add (local.get $f) (i32x4.extadd_pairwise_i16x8_s (i16x8.add
          (i16x8.extmul_low_i8x16_s (local.tee $q (v128.load offset=80 (local.get $at))) (local.tee $r (v128.load offset=80 (local.get $row))))
          (i16x8.extmul_high_i8x16_s (local.get $q) (local.get $r))))))
        (local.set $g (i32x4.add (local.get $g) (i32x4.extadd_pairwise_i16x8_s (i16x8.add
          (i16x8.extmul_low_i8x16_s (local.tee $q (v128.load offset=96 (local.get $at))) (local.tee $r (v128.load offset=96 (local.get $row))))
          (i16x8.extmul_high_i8x16_s (local.get $q) (local.get $r))))))
        (local.set $h (i32x4.add (local.get $h) (i32x4.extadd_pairwise_i16x8_s (i16x8.add
          (i16x8.extmul_low_i8x16_s (local.tee $q (v128.load offset=112 (local.get $at))) (local.tee $r (v128.load offset=112 (local.get $row))))
          (i16x8.extmul_high_i8x16_s (local.get $q) (local.get $r))))))
        (local.set $row (i32.add (local.get $row) (i32.const 128)))
        (br_if $values
          (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 128))) (local.get $end))))
      (local.set $a (i32x4.add
        (i32x4.add
          (i32x4.add (local.get $a) (local.get $b)) (i32x4.add (local.get $c) (local.get $d)))
        (i32x4.add
          (i32x4.add (local.get $e) (local.get $f)) (i32x4.add (local.get $g) (local.get $h)))))
      (local.set $sum (i32.sub
        (i32.add
          (i32.add (i32x4.extract_lane 0 (local.get $a)) (i32x4.extract_lane 1 (local.get $a)))
          (i32.add (i32x4.extract_lane 2 (local.get $a)) (i32x4.extract_lane 3 (local.get $a))))
        (local.get $bias)))
      (i32.store (local.get $out) (local.get $sum))
      (local.set $highest (select
        (local.get $sum) (local.get $highest) (i32.gt_s (local.get $sum) (local.get $highest))))
      (br_if $rows
        (i32.lt_u (local.tee $out (i32.add (local.get $out) (i32.const 4))) (local.get $last))))
    (local.get $highest)))
