"What other programs must know of a model beside its weights: what its ids mean, and its layers."

(import
  json
  numpy :as np
  lstm-textgen [__version__]
  lstm-textgen.modelfile.keraslayout [keras-config weight-shapes]
  lstm-textgen.writing.writer [start-unit])


(defn description [checkpoint]
  #[[Return the description of `checkpoint` as JSON in ASCII, an object with these keys.

  - `program`: what wrote it; `input` and `output`: what the network reads and gives.
  - `unit`: "characters" or "words"; `vocabulary`: a list in which a unit's index is its id;
    `unknown`: the id that stands for unknown words, null with characters.
  - `start`: the id to feed before any text, as `start-unit` tells.
  - `lower`: whether the text was turned into lower case; `lookback`: the window of its training;
    `temperature`: what to write with.
  - `layers`: as `--layers` takes them; `weights`: the shape of each array by its name, in the
    order in which Keras' `set_weights` wants them; `keras`: what Keras builds the network from.]]
  (setv
    settings checkpoint.settings
    vocabulary checkpoint.vocabulary)
  (json.dumps :indent 1 {
    "program" f"lstm_textgen {__version__}"
    "input" "ids (batch, time), int32"
    "output" "logits (batch, time, vocabulary), float32"
    "unit" vocabulary.unit
    "unknown" vocabulary.unknown
    "start" (start-unit checkpoint)
    "lower" settings.lower
    "lookback" settings.lookback
    "temperature" settings.temperature
    "layers" (str settings.layers)
    "weights" (dict (weight-shapes checkpoint.spec))
    "keras" (keras-config checkpoint.spec)
    "vocabulary" vocabulary.units}))


(defn named-weights [checkpoint]
  "Return the weights of `checkpoint`, float32 arrays, by the names in its description."
  (dfor
    [[name _] array] (zip (weight-shapes checkpoint.spec) checkpoint.weights :strict True)
    name (np.ascontiguousarray array "float32")))
