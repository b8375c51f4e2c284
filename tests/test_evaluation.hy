"The evaluation in a model file: frequencies, surprise, calibration, copying; and originality."

(eval-when-compile (require hyrule [unless]))
(import
  json
  math
  h5py
  hypothesis [given settings strategies :as st]
  numpy :as np
  pytest
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.writing.evaluation [evaluate]
  lstm-textgen.writing.originality [HASHED-AT-ONCE originality]
  tests.helpers [assert-no-warning seal small-model])

(setv
  pytestmark pytest.mark.quick
  LETTERS "\nabc"
  ;; Few letters, so that passages repeat; é and an emoji, so that characters aren't bytes.
  texts (st.text "abé🦊" :max-size 30)
  long-texts (st.builds (fn [s n] (* s n)) texts (st.integers 0 4)))


(defn evaluated [odds text held]
  "Return the evaluation on `text` and `held` of a model that always predicts these `odds`."
  (setv
    model (small-model :text LETTERS :odds odds :layers "3" :resume False :longest-run 600)
    encode model.vocabulary.encode)
  (evaluate model 1 (encode text) (encode held)))


(defn test-surprise-is-in-bits-at-places-from-the-beginning-to-the-end []
  ;; The model holds a for nine times as likely as each of the other three.
  (setv evaluation (evaluated {"a" 9} "abc" (+ (* "a" 4000) (* "b" 4000))))
  (setv surprise (get evaluation "surprise"))
  (assert (= (len surprise) 60))
  (assert (np.isclose (get surprise 0) (math.log2 (/ 12 9)) :atol 1e-3))
  (assert (np.isclose (get surprise -1) (math.log2 12) :atol 1e-3)))


(defn test-surprise-of-words-is-in-bits-per-character []
  (setv
    model (small-model :unit "words" :text "one two." :odds {})  ; one, " two", "." and the unknown
    ids (.encode model.vocabulary (* "one." 200))
    evaluation (evaluate model 1 ids ids))
  (assert (= (get evaluation "surprise") (* [1.0] (len (get evaluation "surprise")))))
  (assert (get evaluation "surprise")))


(defn test-calibration-compares-what-is-predicted-with-what-comes-true []
  (setv
    evaluation (evaluated {"a" 3} "abc" (* "ab" 4000))
    rows (lfor row (get evaluation "calibration") :if (get row 0) row))
  ;; a, with a probability of a half, is right half of the time.
  (assert (= rows [[(* 60 64) 0.5 0.5]])))


(defn [(pytest.mark.parametrize #("length" "places") [#(0 0) #(50 0) #(300 2)])]
    test-a-held-out-text-has-surprises-at-the-places-that-it-has-room-for [length places]
  (setv evaluation (evaluated {} "abcabc" (* "a" length)))
  (assert (= (len (get evaluation "surprise")) places))
  (unless length (assert (= (get evaluation "calibration") []))))


(defn test-a-last-epoch-that-is-not-kept-is-compared-with-the-text-too []
  (setv
    model (small-model :text LETTERS)
    ids (model.vocabulary.encode (* "abc" 99))
    last {"epoch" 3  "sample" (+ "c" (* "abc" 9) "b")})
  (assert (not-in "last" (evaluate model 3 ids [] last)))
  (assert (= (get (evaluate model 1 ids [] last) "last")
    {#** last  "copied" 0.9  "passage" [0 28]})))


(defn test-units-are-counted-and-the-longest-copied-passage-is-found-in-the-sample []
  (setv evaluation (evaluated {"a" 1e9} (+ "b" (* "a" 100) "c") ""))
  (assert (= (get evaluation "counts") [0 100 1 1]))
  (assert (= (get evaluation "sample") (* "a" 600)))
  (assert (= (get evaluation "copied") 1.0))
  (assert (= (get evaluation "passage") [0 100])))


;; * In the file

(defn [pytest.fixture] path [tmp-path]
  "The path of a small model that was evaluated."
  (setv
    model (small-model)
    ids (% (np.arange 800) (len model.vocabulary))
    model.evaluation (evaluate model 1 ids ids))
  (save-checkpoint model (/ tmp-path "model"))
  (/ tmp-path "model.h5"))


(defn test-an-evaluation-is-saved-and-loaded [path tmp-path]
  (setv model (load-checkpoint path :warn assert-no-warning))
  (assert (= (set model.evaluation)
    #{"epoch" "counts" "surprise" "calibration" "sample" "copied" "passage"}))
  (save-checkpoint (small-model) (/ tmp-path "without"))
  (assert (is (. (load-checkpoint (/ tmp-path "without")) evaluation) None)))


(defn [(pytest.mark.parametrize "changes" [
    {"counts" "many"} {"counts" (* [1] 99)} {"counts" [-1]} {"surprise" [None]}
    {"surprise" (* [1.0] 1001)} {"calibration" [[1 2 3 4]]} {"calibration" [1]} {"sample" 1}
    {"passage" ["a" "b"]} {"last" []} {"last" {"epoch" 1}} {"copied" "all"} {"epoch" -1} {"more" 1}
    {"counts" []} {"copied" []} {"copied" {}} {"passage" [-1.0 -1.0]} {"calibration" [[]]}])]
    test-an-invalid-evaluation-is-refused [path changes]
  (with [file (h5py.File path "a")]
    (setv
      group (get file "lstm_textgen")
      stored (json.loads (.tobytes (get group "evaluation" #())))
      text (json.dumps {#** stored #** changes}))
    (del (get group "evaluation"))
    (.create-dataset group "evaluation" :data (np.frombuffer (.encode text) "uint8"))
    (seal file))
  (with [_ (pytest.raises ValueError :match "its evaluation ")] (load-checkpoint path)))


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
