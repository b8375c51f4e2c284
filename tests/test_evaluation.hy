"The evaluation in a model file, and originality."

(import
  json
  h5py
  hypothesis [given settings strategies :as st]
  numpy :as np
  pytest
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.writing.originality [HASHED-AT-ONCE originality]
  lstm-textgen.writing.scoring [calibration]
  tests.damage [seal]
  tests.helpers [assert-no-warning small-model])

(setv
  pytestmark pytest.mark.quick
  LETTERS "\nabc"
  ;; Few letters, so that passages repeat; é and an emoji, so that characters aren't bytes.
  texts (st.text "abé🦊" :max-size 30)
  long-texts (st.builds (fn [s n] (* s n)) texts (st.integers 0 4)))


(defn calibrated [odds held]
  "Return the calibration on `held` of a model that always predicts these `odds`."
  (setv model (small-model :text LETTERS :odds odds :layers "3" :resume False))
  (lfor row (calibration model (.encode model.vocabulary held)) :if (get row 0) row))


(defn test-calibration-compares-what-is-predicted-with-what-comes-true []
  ;; a, with a probability of a half, is right half of the time.
  (assert (= (calibrated {"a" 3} (* "ab" 4000)) [[(* 60 64) 0.5 0.5]])))


(defn [(pytest.mark.parametrize #("length" "predictions") [#(0 []) #(50 []) #(300 [128])])]
    test-a-held-out-text-is-measured-at-the-places-that-it-has-room-for [length predictions]
  (assert (= predictions (lfor [n _ _] (calibrated {} (* "a" length)) n))))


;; * In the file

(defn [pytest.fixture] path [tmp-path]
  "The path of a small model that was evaluated."
  (setv
    model (small-model)
    model.evaluation {"epoch" 1  "calibration" [[9 0.5 0.5]]})
  (save-checkpoint model (/ tmp-path "model"))
  (/ tmp-path "model.h5"))


(defn test-an-evaluation-is-saved-and-loaded [path tmp-path]
  (setv model (load-checkpoint path :warn assert-no-warning))
  (assert (= model.evaluation {"epoch" 1  "calibration" [[9 0.5 0.5]]}))
  (save-checkpoint (small-model) (/ tmp-path "without"))
  (assert (is (. (load-checkpoint (/ tmp-path "without")) evaluation) None)))


(defn change [path changes]
  "Make `changes` to the evaluation in the model at `path`."
  (with [file (h5py.File path "a")]
    (setv
      group (get file "lstm_textgen")
      stored (json.loads (.tobytes (get group "evaluation" #())))
      text (json.dumps {#** stored #** changes}))
    (del (get group "evaluation"))
    (.create-dataset group "evaluation" :data (np.frombuffer (.encode text) "uint8"))
    (seal file)))


(defn [(pytest.mark.parametrize "changes" [
    {"calibration" [[1 2 3 4]]} {"calibration" [1]} {"calibration" [[]]} {"calibration" "all"}
    {"calibration" (* [[1 2 3]] 101)} {"calibration" [[1 2 None]]} {"epoch" -1}])]
    test-an-invalid-evaluation-is-refused [path changes]
  (change path changes)
  (with [_ (pytest.raises ValueError :match "its evaluation ")] (load-checkpoint path)))


(defn test-what-earlier-versions-kept-besides-is-no-obstacle [path]
  (change path {"counts" [1]  "surprise" [1.5]  "copied" None  "last" {}})
  (assert (load-checkpoint path :warn assert-no-warning)))


;; * Copied text, compared with a search for every string

(defn plainly [written training]
  "Return #(length share) as `originality` would, by trying every passage and every string."
  (setv
    passages (gfor
      text written
      start (range (len text))
      end (range (+ start 1) (+ (len text) 1))
      :setv passage (cut text start end)
      :if (in passage training)
      (len passage))
    strings (lfor
      text written
      start (range (- (len text) 19))
      (in (cut text start (+ start 20)) training)))
  #((max passages :default 0) (when strings (/ (sum strings) (len strings)))))


(defn [(given (st.lists long-texts :max-size 3) long-texts)
       (settings :max-examples 40)]
    test-originality-agrees-with-trying-every-passage [written training]
  (setv [passage share] (originality written training))
  (assert (= #((len passage) share) (plainly written training)))
  (assert (in passage training))
  (assert (any (gfor text [#* written ""] (in passage text)))))


(defn test-a-passage-is-found-across-the-stretches-that-are-hashed-at-once []
  (setv
    copied "This sentence stands on the border."
    training (+ (* "x" (- HASHED-AT-ONCE 10)) copied (* "y" 50))
    [passage share] (originality [(+ "new words, then: " copied " and more")] training))
  (assert (= passage copied))
  (assert (= share (/ 16 42))))
