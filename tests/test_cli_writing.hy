#[[The command line's generation, each flag in a real process.

The models predict fixed probabilities of their units: their weights are 0, and the bias holds the
logarithms. So their texts and scores are known.]]

(import
  re
  signal
  pytest
  lstm-textgen.cli [main writing]
  lstm-textgen.modelfile.checkpoint [save-checkpoint]
  lstm-textgen.textmodel [TextModel]
  lstm-textgen.writing.ends [abbreviated?]
  tests.helpers [LETTERS UNMEASURED output program refused save-odds small-model start-program
    succeeded sure-model uniform-model write-text])

(setv
  uniform (pytest.fixture uniform-model)
  sure (pytest.fixture sure-model))


(defn test-writing-imports-neither-keras-nor-hyrule-nor-rich-nor-h5py [sure]
  (output sure "--generate" "a" "--length" 1)  ; with all modules compiled, as they are installed
  (setv
    result (program "--generate" "a" "--length" 1
      :folder sure
      :environment {"PYTHONPROFILEIMPORTTIME" "1"  #** UNMEASURED})
    imported (set (re.findall r"(?m)\| +(\w+)[^|]*$" result.stderr)))
  (assert (in "lstm_textgen" imported))
  (assert (not (& imported #{"keras" "tensorflow" "hyrule" "rich" "h5py"}))))


(defn test-a-model-whose-numbers-overflow-is-refused-in-one-line [tmp-path]
  (setv model (small-model :resume False))
  (setv (get model.weights 1 #(0 0)) 3e38)
  (save-checkpoint model (/ tmp-path "model"))
  (for [flags [["--generate" "h" "--length" "5"] ["--score" "-"] ["--page" "a.html"]]]
    (refused (program #* flags :folder tmp-path :input "hello")
      "the model is damaged or diverged: it has a weight of 3e+38, and the limit is 1e+15")))


(defn [pytest.mark.quick] test-a-seed-whose-continuation-is-refused-is-not-shown [here refusal]
  (save-checkpoint (small-model :resume False) "model")
  (save-checkpoint (small-model :resume False :items "line" :longest-item 9) "list")
  (for [[flags said] [
      [["--match" "☃"] "no text by this model can match"]
      [["--match" "h{9}" "--length" "5"] "room for only 5"]
      [["--match" "☃" "--model" "list"] "no text by this model can match"]]]
    (assert (in said (refusal "--generate" "he" #* flags)))))


(defn [pytest.mark.quick] test-a-stream-refuses-at-once-what-cannot-match []
  (with [_ (pytest.raises ValueError :match "room for only 5 characters")]
    (.stream (TextModel (small-model :resume False)) "h" :match "h{9}" :length 5)))


(defn [pytest.mark.quick] test-samples-found-are-numbered-in-a-row [here monkeypatch capsys]
  (save-checkpoint (small-model :resume False) "model")
  (.setattr monkeypatch writing "write_each" (fn [#* _ #** more] [#(3 "c") #(1 "b")]))
  (main ["--generate" "" "--samples" "4" "--length" "1" "--model" "model"])
  (assert (= (. (.readouterr capsys) out) "--- 1 of 4 ---\nb\n\n--- 2 of 4 ---\nc\n")))


(defn test-a-decimal-comma-is-read-as-a-list-and-that-is-said [uniform]
  (setv result (program "--generate" "a" "--length" 5 "--temperature" "0,5" :folder uniform))
  (assert (= (len (succeeded result)) 7))
  (assert (= result.stderr
    "--temperature: 0, then 5, in turn, one for each unit; write one half as 0.5\n")))


(defn test-top-k-top-p-and-min-p-leave-only-likely-units [tmp-path]
  (save-odds tmp-path "abcd" {"a" 8  "b" 4  "c" 2})
  (for [rule [["--top-k" 2] ["--top-p" 0.7] ["--min-p" 0.4]]]
    (setv text (output tmp-path "--generate" "a" "--length" 200 "--temperature" 1 #* rule))
    (assert (= (set text) #{"a" "b" "\n"}))))


(defn test-a-text-ends-before-what-stop-names-or-with-the-last-of-its-sentences [uniform]
  (setv text (output uniform "--generate" "ab" "--stop" "ab" "--rng-seed" 3))
  (assert (not-in "ab" (cut text 2 None)))
  (setv longer (output uniform "--generate" "ab" "--length" 500 "--rng-seed" 3))
  (assert (.startswith longer (+ (.removesuffix text "\n") "ab")))
  (setv text (output uniform "--generate" "" "--sentences" 2 "--rng-seed" 1))
  (assert (.endswith text ".\n"))
  (setv ends (lfor found (re.finditer r"\.\s" text) (cut text (+ 1 (.start found)))))
  (assert (= 2 (len (lfor each ends :if (not (abbreviated? each)) each)))))


(defn test-the-seed-comes-from-a-file-or-from-standard-input [sure]
  (.write-bytes (/ sure "seed.txt") (.encode "\ufeffcab\r\n" "utf-16-le"))
  (setv flags ["--generate-from" "seed.txt" "--encoding" "utf-16-le" "--length" 2])
  (assert (= (output sure #* flags) "cab\naa\n"))
  (assert (= (output sure "--generate-from" "-" "--length" 2 :input "dab") "dabaa\n"))
  (refused (program "--generate-from" "none.txt" :folder sure) "none.txt"))


(defn test-ctrl-c-and-a-reader-that-goes-away-end-it-quietly [uniform]
  (for [leave [
      (fn [process] (.send-signal process signal.SIGINT))
      (fn [process] (.close process.stdout))]]
    (with [process (start-program "--generate" "ab" :folder uniform)]
      (.readline process.stdout)
      (leave process)
      (assert (= (.wait process 30) 0))
      (assert (= (.read process.stderr) "")))))


(defn test-two-models-write-together [tmp-path]
  (save-odds tmp-path "ab" {"a" 1e20} :name "a")
  (save-odds tmp-path "bc" {"c" 1e20} :name "c")
  (setv
    models ["--model" "a" "--model" "c" "--temperature" 1 "--length" 1000 "--rng-seed" 1]
    text (output tmp-path "--generate" "b" #* models "--mix" 0.8))
  (assert (= (set text) #{"a" "b" "c" "\n"}))
  (assert (< 730 (.count text "a") 870))
  ;; The default is a half.
  (assert (< 400 (.count (output tmp-path "--generate" "b" #* models) "a") 600))
  (refused (program "--generate" "b" #* models "--model" "a" :folder tmp-path) "two models" "3")
  (refused (program "--sources" "x" #* models :folder tmp-path) "only one model"))


(defn test-originality-says-what-is-copied [sure]
  (setv
    training (write-text sure (+ "b" (* "a" 30) "b"))
    result (program "--generate" "b" "--length" 40 "--originality" "--sources" training
      :folder sure))
  (assert (= result.stdout f"b{(* "a" 40)}\n"))
  (assert (in f"30 characters: '{(* "a" 30)}'" result.stderr))
  (assert (in "100.0% of its 20-character strings occur in the sources" result.stderr)))


;; * From Python and Hy

(defn test-generate-takes-a-list-of-seeds []
  (setv model (TextModel (small-model :text LETTERS :odds {"a" 1e20})))
  (assert (= (.generate model "b" :length 3) "baaa"))
  (assert (= (.generate model ["b" "cd"] :length 2) ["baa" "cdaa"]))
  (assert (= (.generate model "b" :length 2 :samples 2) ["baa" "baa"]))
  (assert (= (.generate model ["b" "c"] :samples 2 :length 1) ["ba" "ba" "ca" "ca"]))
  (assert (= (.generate model [] :length 2) [])))