#[[The command line's scoring.

The models predict fixed probabilities of their units: their weights are 0, and the bias holds the
logarithms. So their texts and scores are known.]]

(import
  math
  os
  queue [Queue]
  numpy :as np
  pytest
  lstm-textgen.cli [flags main]
  lstm-textgen.textmodel [TextModel]
  lstm-textgen.writing.scoring [surprises]
  tests.helpers [in-pieces output program refused save-odds small-model start-program succeeded
    uniform-model write-text])

(setv
  pytestmark pytest.mark.quick
  uniform (pytest.fixture uniform-model)
  UNIFORM "2.807 bits per character, perplexity 7.00, accuracy ")  ; log2 7


(defn test-score-tells-each-file-and-all [uniform]
  (write-text uniform "ab cd.\n" :name "a.txt")
  (write-text uniform "\n\n\n" :name "b.txt")
  (assert (= (output uniform "--score" "[ab].txt") (.join "\n" [
    f"a.txt: {UNIFORM}14.3%, 7 characters"
    f"b.txt: {UNIFORM}100.0%, 3 characters"
    f"total: {UNIFORM}40.0%, 10 characters"
    ""])))
  (assert (= (output uniform "--score" "-" :input "abcd")
    f"standard input: {UNIFORM}0.0%, 4 characters\n")))


(defn test-score-takes-folders-as-sources-do [uniform]
  (.mkdir (/ uniform "all" "more") :parents True)
  (write-text uniform "ab cd.\n" :name "all/more/a.txt")
  (write-text uniform "\n\n\n" :name "all/b.txt")
  (write-text uniform "" :name "all/empty.txt")
  (write-text uniform "%PDF-1.7" :name "all/c.pdf")
  (setv result (program "--score" "all" :folder uniform))
  (assert (= (.splitlines result.stdout) [
    f"all/b.txt: {UNIFORM}100.0%, 3 characters"
    f"all/more/a.txt: {UNIFORM}14.3%, 7 characters"
    f"total: {UNIFORM}40.0%, 10 characters"]))
  (assert (in "skipped 1 of 4 files in 'all' that is not utf-8 text: c.pdf" result.stderr)))


(defn test-score-counts-and-names-unknown-characters [uniform]
  (write-text uniform "a\x1bb\x1bé" :name "a.txt")
  (assert (in "2 characters; skipped 3 unknown to the model: '\\x1b' (U+001B), 'é' (U+00E9)"
    (output uniform "--score" "a.txt")))
  (write-text uniform "é" :name "b.txt")
  (refused (program "--score" "b.txt" :folder uniform) "b.txt" "nothing to score")
  (refused (program "--score" "c.txt" :folder uniform) "c.txt"))


(defn test-a-model-by-words-is-scored-by-words [tmp-path]
  ;; It has six units: <unk>, the, " the", " cat", " dog" and a full stop.
  (save-odds tmp-path "the cat. the dog." {} :unit "words")
  (setv shown (output tmp-path "--score" "-" :input "the cat sat."))
  ;; 4 times log2 6 bits for the 8 characters of the known ones.
  (assert (in "1.292 bits per character, perplexity 6.00 per word, accuracy 25.0%, 4 words" shown))
  (assert (in "4 words, 1 of them unknown to the model" shown)))


(defn test-a-model-by-pieces-is-scored-by-pieces [tmp-path]
  ;; It has seven units: four characters, " c", "at" and " cat".
  (save-odds tmp-path (* " cat" 30) {} :unit "pieces")
  (setv shown (output tmp-path "--score" "-" :input " cat cab"))
  ;; 3 times log2 7 bits for " cat", " c" and "a".
  (assert (in "1.203 bits per character, perplexity 7.00 per piece" shown))
  (assert (in "3 pieces; skipped 1 unknown to the model: 'b' (U+0062)" shown)))


(defn test-a-text-is-prepared-as-the-training-text-was [tmp-path]
  (save-odds tmp-path "aé\n" {} :lower True)
  (write-text tmp-path "\ufeffAE\u0301\r\n" :name "a.txt")
  (assert (in "accuracy 33.3%, 3 characters\n" (output tmp-path "--score" "a.txt"))))


(defn test-preparing-in-pieces-is-preparing-at-once []
  (setv
    model (TextModel (small-model :text "ab" :odds {}))
    text (* "e\u0301 a\r\nb\rcde\u0301\u0301\n\n\r\n" 3))
  (for [size [1 2 3 7]]
    (assert (= (.join "" (.prepare-pieces model (in-pieces text size))) (.prepare model text)))))


(defn test-score-html-shades-the-files [uniform]
  (write-text uniform "ab<" :name "a.txt")
  (succeeded (program "--score" "a.txt" "--score-html" "page.html" :folder uniform))
  (assert (in "\"units\":\"ab\\u003c\"" (.read-text (/ uniform "page.html"))))
  (refused (program "--generate" "a" "--score-html" "page.html" :folder uniform) "--score"))


(defn test-a-long-text-takes-no-more-memory-than-a-short-one [uniform]
  (defn peak [size]
    (write-text uniform (* "abcd abcd.\n" (// size 11)))
    (with [process (start-program "--score" "text.txt" :folder uniform)]
      (setv [_ status usage] (os.wait4 process.pid 0)))
    (assert (= status 0))
    (/ usage.ru_maxrss 1024))  ; MB
  (assert (< (- (peak 2_500_000) (peak 500_000)) 10)))


(defn test-score-gives-totals-and-each-characters-bits []
  (setv [total units bits] (.score (TextModel (small-model :text "ab" :odds {"a" 3})) "ab☃"))
  (assert (= units ["a" "b" "☃"]))
  (assert (np.allclose bits [(- (math.log2 0.75)) 2 np.nan] :equal-nan True))
  (assert (= #(total.count total.hits total.unknowns) #(2 1 1)))
  (assert (math.isclose total.bits (/ (+ 2 (- (math.log2 0.75))) 2) :rel-tol 1e-6))
  (with [_ (pytest.raises ValueError :match "nothing to score")]
    (.score (TextModel (small-model :text "ab" :odds {})) "")))


(defn test-slow-scoring-says-what-is-being-done [uniform monkeypatch]
  (.chdir monkeypatch uniform)
  (write-text uniform "ab cd.\n" :name "a.txt")
  (setv said (Queue))
  (.setattr monkeypatch flags "SLOW" 0)
  (.setattr monkeypatch flags "warn" said.put)
  (.setattr monkeypatch "lstm_textgen.cli.writing.surprises" (fn [#* arguments]
    (assert (= (.get said :timeout 30) "scoring a.txt"))
    (surprises #* arguments)))
  (assert (= (main ["--score" "a.txt"]) 0)))
