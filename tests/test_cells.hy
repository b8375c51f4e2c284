"The network's interpretable cells."

(import
  numpy :as np
  pytest
  lstm-textgen.textmodel [TextModel]
  lstm-textgen.writing.cells [FEATURES SAMPLE find-cells mark-features]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.writer [write-sample]
  tests.helpers [small-model])

(setv
  pytestmark pytest.mark.quick
  ;; For each feature a text, and under it what is marked; numbers stand for themselves.
  MARKED {
    "inside quotes" ["a \"b\nc\" d" "--####---"]
    "inside brackets" ["f(x) (" "-##---"]
    "inside tags" ["a<b c>d" "-####--"]
    "comments" ["a # b\nc" "--###--"]
    "speaker names" ["DOG: a\nb: c" "###----#---"]
    "line starts" ["a\nb" "-#-"]
    "first words of lines" ["ab c\nd e" "##---#--"]
    "empty lines" ["a\n\nb" "--#-"]
    "indentation" ["a\n  b c" "--##---"]
    "position in the line" ["abc\nd" "12301"]
    "position in the word" ["abc de" "123012"]
    "word ends" ["ab, cd" "-#---#"]
    "spaces" ["a b\nc" "-#---"]
    "sentence ends" ["a. B" "-##-"]
    "punctuation" ["a, b!" "-#--#"]
    "upper case" ["aBc É" "-#--#"]
    "words in capitals" ["I AM Bo" "--##---"]
    "digits" ["a 42" "--##"]
    "vowels" ["heylo" "-#--#"]})


(defn [(pytest.mark.parametrize "name" FEATURES)] test-a-feature-marks-what-its-name-says [name]
  (setv
    [text shown] (get MARKED name)
    expected (lfor mark shown (if (.isdigit mark) (int mark) (int (= mark "#")))))
  (assert (= (.tolist (get (mark-features (list text)) name)) expected)))


(defn test-an-activation-is-what-the-engine-remembers []
  (setv
    model (small-model)
    cells (.cells (TextModel model) "hello")
    [units [first second]] [cells.units cells.activations]
    engine (make-engine model))
  (for [id (.encode model.vocabulary "\n\nhello")] (.advance engine id))
  (assert (= [units first.shape second.shape] [(list "hello") #(5 6) #(5 5)]))
  (for [[n own] (enumerate [first second])]
    (assert (np.array-equal (get own -1) (np.tanh (get engine.cells n))))))


(defn test-an-unknown-character-changes-no-activation []
  (setv [known read] (gfor text ["hel" "☃he☃l"] (.cells (TextModel (small-model)) text)))
  (assert (= read.units (list "☃he☃l")))
  (assert (np.array-equal
    (get read.activations 0 [1 2 3 4]) (get known.activations 0 [0 1 1 2]))))


(defn counting-model []
  "Return a model with a cell that is on after a line break, and off after another character."
  (setv
    model (small-model :text "ab\n" :odds {} :layers "2")
    [embedding kernel _ bias #* _] model.weights
    (get embedding #((.get model.vocabulary.ids "\n") 0)) 1
    (get kernel #(0 4)) 8  ; c's, of the first cell
    (cut bias 2) 8  ; the input gates are open
    (get bias (slice 2 4)) -8)  ; and the forget gates closed
  model)


(defn found-in [model]
  (find-cells model (write-sample model SAMPLE)))


(defn test-a-cell-that-follows-a-feature-is-found-and-no-other []
  (setv [each] (found-in (counting-model)))
  (assert (= [each.layer each.cell each.name] [0 0 "line starts"]))
  (assert (> each.correlation 0.99))
  (assert (= (found-in (small-model :text "ab\n" :odds {})) [])))


(defn [(pytest.mark.parametrize #("unit" "text" "read" "units") [
    #("words" "one two" "two one six" ["two" " one" " six"])
    #("pieces" (* "one two " 9) " two one" [" two" " one"])])]
    test-models-of-words-and-of-pieces-have-cells [unit text read units]
  (setv cells (.cells (TextModel (small-model :text text :unit unit)) read))
  (assert (= cells.units units))
  (assert (= (. (get cells.activations 0) shape) #((len units) 6))))
