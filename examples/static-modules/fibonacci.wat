;; The source of fibonacci.wasm. To make that file again:
;;   npx --package wabt wat2wasm examples/static-modules/fibonacci.wat -o examples/static-modules/fibonacci.wasm
(module
  ;; The n-th Fibonacci number, as a float64 so that JavaScript sees a plain number;
  ;; exact up to n = 78.
  (func (export "fibonacci") (param $n i32) (result f64)
    (local $here f64)
    (local $next f64)
    (local $sum f64)
    (local.set $next (f64.const 1))
    (block $done
      (loop $step
        (br_if $done (i32.eqz (local.get $n)))
        (local.set $sum (f64.add (local.get $here) (local.get $next)))
        (local.set $here (local.get $next))
        (local.set $next (local.get $sum))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $step)))
    (local.get $here)))
