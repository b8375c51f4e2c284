#[[Wrong gradients of oneDNN's LSTM with AMX, by PyTorch alone: `python -m hy bench/amx.hy`.

For each number of units it prints how far the gradients of an LSTM in bfloat16 are from those in
float32, relative to their length. The text of a report to PyTorch or oneDNN:

    Title: LSTM in bfloat16 on CPUs with AMX: wrong gradients with 1024, 1056, ... 2048 units

    On a CPU with AMX (amx_bf16), torch.nn.LSTM in bfloat16 gives right outputs, but wrong
    gradients if its hidden size is 1024 or more and a multiple of 32. Relative to float32 the
    gradient of the input is off by about 100% and that of the weights by about 20%, where 0.4%
    is usual with 960, 992, 1016, 1023, 1028, 1032 or 1040 units. ONEDNN_MAX_CPU_ISA=
    AVX512_CORE_BF16, which keeps AMX away, makes all of them right, so the backward pass of
    oneDNN's AMX kernels is to blame. Training under torch.autocast("cpu", torch.bfloat16) then
    goes badly without an error. Seen with PyTorch 2.13 on a Xeon of model 207. To reproduce:
    for both dtypes, the gradients of torch.nn.LSTM(64, 1024, batch_first=True) and its input
    (32, 64, 64), of the sum of its outputs times a fixed random tensor.

PyTorch's version, the processor and the figures are printed below it.]]

(eval-when-compile (require hyrule [unless]))
(import
  sys
  torch
  bench.common [print-header print-row processor results]
  lstm-textgen.basics.machine [processor-flags])

(setv
  EDITION 1
  SIZES [992 1024 1040 1056 2048])


(defn gradients [units dtype]
  "Return the gradients (input, two kernels) of an LSTM with `units` units in `dtype`, flat."
  (torch.manual-seed 1)
  (setv
    lstm (torch.nn.LSTM 64 units :batch-first True)
    [x weights] [(torch.randn 32 64 64) (torch.randn 32 64 units)]
    lstm (.to lstm dtype)
    x (.requires-grad- (.to x dtype))
    [output _] (lstm x))
  (.backward (.sum (* (.float output) weights)))
  (lfor each [x lstm.weight-ih-l0 lstm.weight-hh-l0] (.float (.flatten each.grad))))


(defn main []
  "Print how far the gradients are off; without AMX, exit with what is missing."
  (unless (in "amx_bf16" (processor-flags))
    (sys.exit f"{(processor)} has no AMX (amx_bf16): this can't be shown here"))
  (print f"PyTorch {torch.__version__}, {(processor)}\n")
  (print-header "units" "input" "kernel" "recurrent kernel")
  (for [units SIZES]
    (setv [right found] (gfor dtype [torch.float32 torch.bfloat16] (gradients units dtype)))
    (print-row units #* (gfor [a b] (zip right found) f"{(/ (.norm (- b a)) (.norm a)) :.1%}"))))


(when (= __name__ "__main__")
  (with [_ (results __file__ EDITION)] (main)))
