;; The source of add.wasm. To make that file again:
;;   npx --package wabt wat2wasm tests/worker/modules/parts/add.wat -o tests/worker/modules/parts/add.wasm
(module
  (func (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1))))
