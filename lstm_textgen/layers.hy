#[[The layer language: `"512,dropout:0.2,gru:256"` ↔ a list of layers.

A layer is a tuple of its kind and its size: `#("lstm" 512)` and `#("gru" 256)` have so many units, `#("dropout" 0.2)` drops that share of what passes through it while the network trains. This module knows no Keras.]]

(import
  math)

(setv
  RECURRENT #("lstm" "gru")
  KINDS #("lstm" "gru" "dropout")
  MAX-UNITS 65536
  MAX-LAYERS 64)


(defn _number [kind text part]
  "Read `text` as the size of a `kind` of layer; `part` is what the user wrote."
  (setv convert (if (= kind "dropout") float int))
  (try
    (setv size (convert text))
    (except [ValueError]
      (raise (ValueError f"--layers: '{part}': '{text}' is not a number"))))
  (check-layer kind size part)
  size)


(defn check-layer [kind size part]
  "Raise `ValueError`, naming `part`, unless `size` is one that a `kind` of layer can have."
  (cond
    (= kind "dropout")
      (unless-between size 0 1 f"--layers: '{part}': dropout is a share from 0 up to, but not including, 1")
    (not (<= 1 size MAX-UNITS))
      (raise (ValueError f"--layers: '{part}': a layer has 1 to {MAX-UNITS} units"))))


(defn unless-between [x low high message]
  "Raise `ValueError` with `message` unless low ≤ x < high."
  (when (not (and (math.isfinite x) (<= low x) (< x high)))
    (raise (ValueError message))))


(defn _parse-part [part]
  "Read one layer, such as `lstm:512`, `512` or `dropout:0.2`."
  (setv [kind colon size] (.partition (.lower (.strip part)) ":"))
  (when (not colon)
    (setv [kind size] ["lstm" kind]))
  (when (not-in kind KINDS)
    (raise (ValueError f"--layers: '{part}': a layer is a number, lstm:UNITS, gru:UNITS or dropout:SHARE")))
  #(kind (_number kind size part)))


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
