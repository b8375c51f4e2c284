#[[The command line's scoring.

The models predict fixed probabilities of their units: their weights are 0, and the bias holds the
logarithms. So their texts and scores are known.]]

(import
  math
  re
  numpy :as np
  pytest
  lstm-textgen.textmodel [TextModel load]
  tests.helpers [output program refused run-python save-odds small-model succeeded
    uniform-model write-text])

(setv
  pytestmark pytest.mark.quick
  uniform (pytest.fixture uniform-model)
  ;; Runs the program, and says how much memory it took.
  PEAK "
import hy
from lstm_textgen.cli import main
main()
print(*(line for line in open('/proc/self/status') if line.startswith('VmHWM')))"
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


(defn test-score-reads-whole-items-of-a-list [tmp-path]
  (save-odds tmp-path "Ty\n" {"y" 6} :items "line")
  (setv [total #* _] (.score (load (/ tmp-path "model")) "Ty"))
  (write-text tmp-path "Ty" :name "a.txt")
  (write-text tmp-path "\n\nTy \n" :name "b.txt")
  (for [line (cut (.splitlines (output tmp-path "--score" "[ab].txt")) 2)]
    (assert (in f".txt: {total.bits :.3f} bits per character, " line))
    (assert (.endswith line ", accuracy 33.3%, 3 characters"))))


(defn test-score-reads-the-rows-and-columns-that-flags-choose [uniform]
  (write-text uniform "a,b\nab cd.,1\nab,2\n" :name "a.csv")
  (setv flags ["--score" "a.csv" "--column" "a" "--where"])
  (assert (in "%, 3 characters\n" (output uniform #* flags "b=2")))
  (refused (program #* flags "b=3" :folder uniform) "--where: no row has '3' in column b;"))


(defn test-score-refuses-choices-that-no-file-has [uniform]
  (write-text uniform "1\n00:00:01,000 --> 00:00:02,000\nab cd.\n" :name "a.srt")
  (write-text uniform "ab" :name "b.txt")
  (for [[flag value] [["--column" "a"] ["--where" "a=b"]]]
    (refused (program "--score" "a.srt" "b.txt" flag value :folder uniform)
      f"{flag} doesn't apply: no source is a table")))


(defn test-score-takes-folders-as-sources-do [uniform]
  (write-text uniform "ab cd.\n" :name "all/more/a.txt")
  (write-text uniform "\n\n\n" :name "all/b.txt")
  (write-text uniform "" :name "all/empty.txt")
  (write-text uniform "%PDF-1.7" :name "all/c.pdf")
  (setv result (program "--score" "all" :folder uniform))
  (assert (= (.splitlines result.stdout) [
    f"all/b.txt: {UNIFORM}100.0%, 3 characters"
    f"all/more/a.txt: {UNIFORM}14.3%, 7 characters"
    f"total: {UNIFORM}40.0%, 10 characters"]))
  (assert (in "skipped: 'all/c.pdf' is not a PDF, or is damaged" result.stderr)))


(defn test-score-counts-and-names-unknown-characters [uniform]
  (write-text uniform "a☃b☃é" :name "a.txt")
  (assert (in "2 characters; skipped 3 unknown to the model: '☃' (U+2603), 'é' (U+00E9)"
    (output uniform "--score" "a.txt")))
  (write-text uniform "é" :name "b.txt")
  (refused (program "--score" "b.txt" :folder uniform) "b.txt" "nothing to score")
  (setv result (program "--score" "b.txt" "a.txt" :folder uniform))
  (assert (in "b.txt: nothing to score" result.stderr))
  (assert (in "total: " (succeeded result)))
  (refused (program "--score" "c.txt" :folder uniform) "c.txt"))


(defn [(pytest.mark.parametrize #("unit" "known" "text" "shown") [
    ;; Six units: <unk>, the, " the", " cat", " dog" and a full stop; so the 8 characters of the
    ;; known ones have 4 times log2 6 bits.
    #("words" "the cat. the dog." "the cat sat."
      ["1.292 bits per character, perplexity 6.00 per word, accuracy 25.0%, 4 words"
        "4 words, 1 of them unknown to the model"])
    ;; Seven: four characters, " c", "at" and " cat"; " cat", " c" and "a" have 3 times log2 7.
    #("pieces" (* " cat" 30) " cat cab"
      ["1.203 bits per character, perplexity 7.00 per piece"
        "3 pieces; skipped 1 unknown to the model: 'b' (U+0062)"])])]
    test-a-text-is-scored-by-the-units-of-the-model [tmp-path unit known text shown]
  (save-odds tmp-path known {} :unit unit)
  (setv said (output tmp-path "--score" "-" :input text))
  (for [words shown] (assert (in words said))))


(defn test-a-text-is-prepared-as-the-training-text-was [tmp-path]
  (save-odds tmp-path "aé\n" {} :lower True)
  (write-text tmp-path "\ufeffAE\u0301\r\n" :name "a.txt")
  (assert (in "accuracy 33.3%, 3 characters\n" (output tmp-path "--score" "a.txt"))))


(defn test-a-long-text-takes-no-more-memory-than-a-short-one [uniform]
  (defn peak [size]
    (write-text uniform (* "abcd abcd.\n" (// size 11)))
    (setv result (run-python "-c" PEAK "--score" "text.txt" :cwd uniform :cold True))
    (/ (int (get (re.search r"VmHWM:\s*(\d+) kB" (succeeded result)) 1)) 1024))  ; MB
  ;; Both are read in stretches; a text that is read at once takes 90 bytes for each character.
  (setv [short long] (map peak [2_500_000 7_500_000]))
  (assert (< (- long short) 100) [short long]))


(defn test-score-gives-totals-and-each-characters-bits []
  (setv [total units bits] (.score (TextModel (small-model :text "ab" :odds {"a" 3})) "ab☃"))
  (assert (= units ["a" "b" "☃"]))
  (assert (np.allclose bits [(- (math.log2 0.75)) 2 np.nan] :equal-nan True))
  (assert (= #(total.count total.hits total.unknowns) #(2 1 1)))
  (assert (math.isclose total.bits (/ (+ 2 (- (math.log2 0.75))) 2) :rel-tol 1e-6))
  (with [_ (pytest.raises ValueError :match "nothing to score")]
    (.score (TextModel (small-model :text "ab" :odds {})) "")))
