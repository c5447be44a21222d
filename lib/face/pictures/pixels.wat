;; Shrinks, turns and moves pictures, and takes them apart into planes. Pixels are three bytes, of which eight are read and four written at a time: the
;; rest belongs to pixels to the right, which are written later, and memory goes on behind the last one.
(module
  (memory (export "memory") 1)

  ;; The mean of each block of `block` times `block` pixels, rounded down. `stride`: bytes from row to row.
  (func (export "average")
    (param $source i32) (param $stride i32) (param $target i32)
    (param $columns i32) (param $rows i32) (param $block i32)
    (local $column i32) (local $line i32) (local $at i32) (local $first i32) (local $start i32) (local $width i32)
    (local $sum v128) (local $pixels v128)
    (local.set $width (i32.mul (local.get $block) (i32.const 3)))
    (local.set $pixels (f32x4.splat (f32.convert_i32_u (i32.mul (local.get $block) (local.get $block)))))
    (loop $next_row
      (local.set $start (local.get $source))
      (local.set $column (local.get $columns))
      (loop $next_column
        (local.set $sum (v128.const i64x2 0 0))
        (local.set $first (local.get $start))
        (local.set $start (i32.add (local.get $start) (local.get $width)))
        (local.set $line (local.get $block))
        (loop $next_line
          (local.set $at (i32.add (local.get $first) (local.get $width)))
          (loop $next_pixel
            (local.set $at (i32.sub (local.get $at) (i32.const 3)))
            (local.set $sum (i32x4.add (local.get $sum) (i32x4.extend_low_i16x8_u
              (v128.load8x8_u (local.get $at)))))
            (br_if $next_pixel (i32.gt_u (local.get $at) (local.get $first))))
          (local.set $first (i32.add (local.get $first) (local.get $stride)))
          (br_if $next_line (local.tee $line (i32.sub (local.get $line) (i32.const 1)))))
        (call $write (local.get $target) (f32x4.div (f32x4.convert_i32x4_s (local.get $sum)) (local.get $pixels)))
        (local.set $target (i32.add (local.get $target) (i32.const 3)))
        (br_if $next_column (local.tee $column (i32.sub (local.get $column) (i32.const 1)))))
      (local.set $source (i32.add (local.get $source) (i32.mul (local.get $stride) (local.get $block))))
      (br_if $next_row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  ;; Each pixel of the target is the mix of the four around (a x - b y + tx, b x + a y + ty) in the source, black outside.
  (func (export "interpolate")
    (param $source i32) (param $stride i32) (param $width i32) (param $height i32)
    (param $target i32) (param $columns i32) (param $rows i32)
    (param $a f64) (param $b f64) (param $tx f64) (param $ty f64)
    (local $row i32) (local $column i32) (local $left i32) (local $top i32)
    (local $at i32) (local $right i32) (local $below i32)
    (local $across f64) (local $down f64) (local $x f64) (local $y f64)
    (local $u v128) (local $v v128) (local $north v128) (local $south v128)
    (loop $next_row
      (local.set $down (f64.add (f64.convert_i32_s (local.get $row)) (f64.const 0.5)))
      (local.set $column (i32.const 0))
      (loop $next_column
        (local.set $across (f64.add (f64.convert_i32_s (local.get $column)) (f64.const 0.5)))
        (local.set $x (f64.sub (f64.add (local.get $tx) (f64.sub
          (f64.mul (local.get $a) (local.get $across)) (f64.mul (local.get $b) (local.get $down)))) (f64.const 0.5)))
        (local.set $y (f64.sub (f64.add (local.get $ty) (f64.add
          (f64.mul (local.get $b) (local.get $across)) (f64.mul (local.get $a) (local.get $down)))) (f64.const 0.5)))
        (if (i32.and
            (i32.and
              (f64.ge (local.get $x) (f64.const -0.5))
              (f64.ge (local.get $y) (f64.const -0.5)))
            (i32.and
              (f64.le (local.get $x) (f64.sub (f64.convert_i32_s (local.get $width)) (f64.const 0.5)))
              (f64.le (local.get $y) (f64.sub (f64.convert_i32_s (local.get $height)) (f64.const 0.5)))))
          (then
            (local.set $left (i32.trunc_f64_s (local.get $x)))
            (local.set $top (i32.trunc_f64_s (local.get $y)))
            (local.set $u (call $share (local.get $x) (local.get $left)))
            (local.set $v (call $share (local.get $y) (local.get $top)))
            (local.set $at (i32.add (local.get $source) (i32.add
              (i32.mul (local.get $top) (local.get $stride)) (i32.mul (local.get $left) (i32.const 3)))))
            (local.set $right (select (i32.const 3) (i32.const 0)
              (i32.lt_u (i32.add (local.get $left) (i32.const 1)) (local.get $width))))
            (local.set $below (i32.add (local.get $at) (select (local.get $stride) (i32.const 0)
              (i32.lt_u (i32.add (local.get $top) (i32.const 1)) (local.get $height)))))
            (local.set $north (call $mix
              (call $read (local.get $at))
              (call $read (i32.add (local.get $at) (local.get $right))) (local.get $u)))
            (local.set $south (call $mix
              (call $read (local.get $below))
              (call $read (i32.add (local.get $below) (local.get $right))) (local.get $u)))
            (call $write (local.get $target) (f32x4.add
              (call $mix (local.get $north) (local.get $south) (local.get $v)) (f32x4.splat (f32.const 0.5)))))
          (else (i32.store (local.get $target) (i32.const 0))))
        (local.set $target (i32.add (local.get $target) (i32.const 3)))
        (br_if $next_column (i32.lt_u
          (local.tee $column (i32.add (local.get $column) (i32.const 1))) (local.get $columns))))
      (br_if $next_row (i32.lt_u
        (local.tee $row (i32.add (local.get $row) (i32.const 1))) (local.get $rows)))))

  ;; (value - mean) * factor of every third byte from `source` on, four at a time, as floats up to `end`.
  (func (export "plane")
    (param $source i32) (param $target i32) (param $end i32) (param $mean f32) (param $factor f32)
    (loop $next_four
      (v128.store (local.get $target) (f32x4.mul
        (f32x4.sub
          (f32x4.convert_i32x4_s (i8x16.shuffle 0 16 16 16 3 16 16 16 6 16 16 16 9 16 16 16
            (v128.load (local.get $source)) (v128.const i64x2 0 0)))
          (f32x4.splat (local.get $mean)))
        (f32x4.splat (local.get $factor))))
      (local.set $source (i32.add (local.get $source) (i32.const 12)))
      (br_if $next_four (i32.lt_u
        (local.tee $target (i32.add (local.get $target) (i32.const 16))) (local.get $end)))))

  ;; How far a coordinate lies behind a pixel, 0 at the outer half of the first one.
  (func $share (param $place f64) (param $pixel i32) (result v128)
    (f32x4.pmax (v128.const i64x2 0 0) (f32x4.splat (f32.demote_f64
      (f64.sub (local.get $place) (f64.convert_i32_s (local.get $pixel)))))))

  (func $mix (param $one v128) (param $other v128) (param $share v128) (result v128)
    (f32x4.add (local.get $one)
      (f32x4.mul (f32x4.sub (local.get $other) (local.get $one)) (local.get $share))))

  (func $read (param $at i32) (result v128)
    (f32x4.convert_i32x4_s (i32x4.extend_low_i16x8_u (v128.load8x8_u (local.get $at)))))

  (func $write (param $at i32) (param $colours v128)
    (local $words v128)
    (local.set $words (i32x4.trunc_sat_f32x4_u (local.get $colours)))
    (local.set $words (i16x8.narrow_i32x4_u (local.get $words) (local.get $words)))
    (v128.store32_lane 0 (local.get $at) (i8x16.narrow_i16x8_u (local.get $words) (local.get $words)))))
