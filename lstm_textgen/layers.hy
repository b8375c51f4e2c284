#[[The layer language: `"512,dropout:0.2,gru:256"` ↔ a list of layers.

A layer is a tuple of its kind and its size: `#("lstm" 512)` and `#("gru" 256)` have so many units, `#("dropout" 0.2)` drops that share of what passes through it while the network trains. `lstm-hard` is the LSTM of old models, whose gates are `hard_sigmoid`, a straight line from 0 to 1, as was Keras' default before 2.3; it learns no better than `lstm` and takes longer. This module knows no Keras.]]

(setv
  RECURRENT #("lstm" "gru" "lstm-hard")
  KINDS #(#* RECURRENT "dropout")
  MAX-UNITS 65536
  MAX-LAYERS 64)


(defn _parse-part [part]
  "Read one layer, such as `lstm:512`, `512` or `dropout:0.2`."
  (setv [kind colon size] (.partition (.lower (.strip part)) ":"))
  (when (not colon)
    (setv [kind size] ["lstm" kind]))
  (when (not-in kind KINDS)
    (_refuse part "a layer is a number, lstm:UNITS, gru:UNITS or dropout:SHARE"))
  (try
    (setv size ((if (= kind "dropout") float int) size))
    (except [ValueError]
      (_refuse part f"'{size}' is not a number")))
  (cond
    (and (= kind "dropout") (not (<= 0 size 0.999)))  ; not a number fails, too
      (_refuse part "dropout is a share from 0 to 0.999")
    (and (!= kind "dropout") (not (<= 1 size MAX-UNITS)))
      (_refuse part f"a layer has 1 to {MAX-UNITS} units"))
  #(kind size))


(defn _refuse [part problem]
  "Raise `ValueError` that points at `part` of the description."
  (raise (ValueError f"--layers: '{part}': {problem}")))


(defn parse-layers [spec]
  #[[Read a description of layers, from the input to the output, as a list of (kind, size).

  Raises `ValueError` that quotes the part which it cannot read.

      (parse-layers "256,dropout:0.2,gru:64")
      ; => [#("lstm" 256) #("dropout" 0.2) #("gru" 64)]
  ]]
  (setv layers (lfor  part (.split (str spec) ",")  (_parse-part part)))
  (when (not (any (gfor  [kind _] layers  (in kind RECURRENT))))
    (raise (ValueError f"--layers: '{spec}' has no LSTM or GRU layer; write for example 256")))
  (when (> (len layers) MAX-LAYERS)
    (raise (ValueError f"--layers: {(len layers)} layers are too many; {MAX-LAYERS} is the most")))
  layers)


(defn format-layers [layers]
  #[[Write layers as `parse-layers` reads them; the two are inverse.

      (format-layers [#("lstm" 256) #("dropout" 0.2)])
      ; => "lstm:256,dropout:0.2"]]
  (.join "," (gfor  [kind size] layers  f"{kind}:{size}")))


(defn recurrent-sizes [layers]
  "The units of each LSTM and GRU layer, in order."
  (lfor  [kind size] layers  :if (in kind RECURRENT)  size))
