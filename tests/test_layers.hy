"The layer language."

(import
  hypothesis [given strategies :as st]
  numpy :as np
  pytest
  lstm-textgen.settings.layers [Layer Layers embedding-size parse-layers])

(setv
  pytestmark pytest.mark.quick
  layers (st.lists :min-size 1 :max-size 9 (st.one-of
    (st.builds Layer (st.just "lstm") (st.integers 1 2048) :hard (st.booleans))
    (st.builds Layer (st.just "gru") (st.integers 1 9) :hard (st.booleans) :before (st.booleans))
    (st.builds Layer (st.just "dropout") (st.floats 0 0.999)))))


(defn test-kinds-are-read-in-order []
  (assert (= (parse-layers " LSTM:512, dropout:0.2,gru:256")
    #((Layer "lstm" 512) (Layer "dropout" 0.2) (Layer "gru" 256))))
  (for [one [48 (np.int64 48) "48" (Layers [(Layer "lstm" 48)])]]
    (assert (= (parse-layers one) #((Layer "lstm" 48)))))
  (assert (= (parse-layers [128 64]) (parse-layers "lstm:128,lstm:64"))))


(defn [(given layers)] test-layers-written-as-text-are-read-again [layers]
  (setv layers (Layers layers))
  (when layers.recurrent
    (assert (= (parse-layers (str layers)) layers))))


(defn [(pytest.mark.parametrize "spec,part" [
    #("256,lstmm:3" "lstmm:3") #("256,x" "x") #("lstm:0" "lstm:0") #("lstm:-5" "lstm:-5")
    #("9,dropout:1" "dropout:1") #("9,dropout:nan" "dropout:nan") #("" "\"\"") #("256," "\"\"")
    #("dropout:0.5" "has no LSTM") #("lstm:99999999" "65536") #((.join "," (* ["1"] 65)) "64")
    #("lstm" "\"lstm\" is not a layer; write 256,") #("lstm:2.5" "not '2.5'")
    #([128 0] "\"0\" must have 1 to 65536 hidden units")
    #("48,dropout:x" "\"dropout:x\" needs a number after the colon, not 'x'")])]
    test-a-bad-layer-is-pointed-at [spec part]
  (with [error (pytest.raises ValueError)]
    (parse-layers spec))
  (assert (in part (str error.value)))
  (assert (not-in "\n" (str error.value))))


(defn test-an-embedding-grows-with-the-vocabulary-but-more-slowly []
  (assert (= (lfor size [2 16 65 96 166 500 5000] (embedding-size size))
    [16 16 65 96 96 125 256])))
