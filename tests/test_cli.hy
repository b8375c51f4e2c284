"The command line of training: what it refuses, in one line and with status 2."

(import
  gzip
  re
  resource
  pytest
  lstm_textgen.cli [main]
  lstm_textgen.modelfile.checkpoint [load-checkpoint]
  lstm_textgen.settings.table [settings-in]
  tests.helpers [TINY-FLAGS UNMEASURED counting limit-files program start-python succeeded write
    write-text])


(defn [pytest.fixture] complaint [here refusal]
  (write-text here)
  refusal)


(defn test-a-refusal-has-status-2-and-one-line-on-standard-error [tmp-path]
  (setv result (program "--sources" "nowhere.txt" :folder tmp-path))
  (assert (= [result.returncode result.stdout] [2 "reading nowhere.txt\n"]))
  (assert (= result.stderr
    "lstm-textgen: there is no file 'nowhere.txt', neither here nor in corpora/\n")))


;; * Sources

(defn [(pytest.mark.parametrize #("name" "content" "words") [
    #("empty.txt" b"" ["empty"])
    #("short.txt" b"heylo" ["too short" "5 characters" "651"])
    #("same.txt" (* b"a" 9999) ["repeated, so there is nothing to learn"])
    #("latin.txt" (* b"caf\xe9 " 200) ["'latin.txt'" "byte 3" "0xe9" "--encoding cp1252"])
    #("long.gz" (gzip.compress (* b"a" 20_000)) ["give a larger --max-download"])
    #("folder" None ["'folder'" "no utf-8 text"])
    #("*.none" None ["'*.none'"])
    #("" None ["''"])]
    :ids ["empty" "short" "one character" "latin-1" "large" "folder" "pattern" "no name"])]
    test-a-text-that-cannot-be-used-is-refused [complaint tmp-path name content words]
  (write (/ tmp-path "folder" "picture") (* b"\0\xff" 99))
  (when (is-not content None) (write name content))
  (setv message (complaint "--sources" name "--max-download" "0.01"))
  (for [word words]
    (assert (in word message))))


;; * Flags

(defn [counting (pytest.mark.parametrize "flags,words" [
    #(["--validation" "0"] "here, but the model has 0.1")
    #(["--rng-seed" "0"] "--rng-seed is 0 here, but the model has 1")
    #(["--layers" "48"] "--layers is lstm:48 here, but the model has lstm:24,dropout:0.3")
    #(["--word-by-word"] "--unit is words here, but the model has characters")
    #(["--lower"] "--lower")])]
    test-a-flag-that-contradicts-the-model-is-refused [complaint trained flags words]
  (setv message (complaint "--sources" "text.txt" #* flags))
  (for [word [words "--restart"]]
    (assert (in word message))))


(defn [counting] test-a-flag-that-agrees-with-the-model-is-accepted [here trained capsys]
  (setv flags ["--epochs" "2" "--layers" "24,dropout:0.30" "--batch-size" "8"])
  (assert (= 0 (main ["--sources" "text.txt" #* flags])))
  (assert (in "--epochs 3" (. (capsys.readouterr) err))))


;; * Model files

(defn [(pytest.mark.parametrize "place,word" [
    #("nowhere/model" "nowhere")
    #("text.txt/model" "text.txt")
    #("/proc/model" "/proc")])]
    test-a-folder-that-cannot-be-written-to-is-known-before-training [complaint place word]
  (assert (in word (complaint "--sources" "text.txt" "--model" place))))


;; * A full disk

(setv PROGRAM "
import os, resource, sys, hy
from lstm_textgen.cli import main
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, hard))
print(os.getpid(), flush=True)
sys.exit(main())")


(defn [counting] test-training-outlives-a-full-disk-with-the-model-before-whole [trained]
  (setv
    before (.read-bytes (/ trained "model.h5"))
    process (start-python "-c" PROGRAM "--sources" "text.txt" "--epochs" "90" "--patience" "0"
      :cwd trained :environment UNMEASURED)
    number (int (.readline process.stdout)))
  (assert (= (.readline process.stderr) (+ "model.h5 could not be saved: File too large; "
    "training continues and tries again at the next save\n")))
  (assert (= (.read-bytes (/ trained "model.h5")) before))
  (limit-files (get (resource.getrlimit resource.RLIMIT-FSIZE) 1) number)
  (.communicate process :timeout 200)
  (assert (= process.returncode 0))
  (assert (= (len (. (load-checkpoint (/ trained "model")) history)) 90)))


;; * What goes well

(defn [counting] test-a-run-shows-losses-and-how-to-generate-even-if-it-was-finished [trained]
  (setv [shown again] (lfor _ (range 2)
    (. (program "--sources" "text.txt" "--epochs" "3" :folder trained) stdout)))
  (for [words ["epoch 3/3  training " " bits  validation " " characters/s"]]
    (assert (in words shown)))
  (for [each [shown again]]
    (assert (in " --generate 'heylo, said the' --length 300\n" each))))


(defn [counting (pytest.mark.parametrize #("limits" "way") [
    [["--epochs" "2"] "the same command with --epochs 11 trains"]
    [["--epochs" "2" "--restart"] "the same command without --restart and with --epochs 11 trains"]
    [["--epochs" "2" "--minutes" "10"] "the same command trains"]])]
    test-a-run-that-ends-while-it-improves-says-how-it-is-trained-further [tmp-path limits way]
  (write-text tmp-path)
  (defn run [#* limits]
    (. (program "--sources" "text.txt" #* TINY-FLAGS #* limits :folder tmp-path) stdout))
  (defn epochs [] (len (. (load-checkpoint (/ tmp-path "model")) history)))
  (assert (= (get (.splitlines (run #* limits)) -1) f"still improving; {way} it further"))
  (assert (= (epochs) 2))
  (run #* (if (in "--minutes" limits) limits ["--epochs" "11"]))
  (assert (> (epochs) 2)))


(defn [counting] test-a-run-that-has-stopped-improving-does-not-claim-to [trained]
  (setv shown (. (program "--sources" "text.txt" "--epochs" "60" :folder trained) stdout))
  (assert (in "finished: " shown))
  (assert (not-in "still improving" shown)))


(defn shown-by [flag capsys]
  (with [_ (pytest.raises SystemExit)]
    (main [flag]))
  (. (capsys.readouterr) out))


(defn test-help-fits-a-terminal-of-80-columns-and-40-lines [capsys]
  (setv lines (.splitlines (shown-by "--help" capsys)))
  (assert (<= (len lines) 40))
  (assert (<= (max (map len lines)) 80)))


(defn test-the-version-says-what-a-report-of-a-problem-needs-without-keras [tmp-path]
  (setv result (program "--version" :folder tmp-path
    :environment {"KERAS_BACKEND" "torch"}))
  (assert (re.fullmatch (+ r"lstm_textgen 0\.4\.0\nPython 3\.\d+\.\d+.*, Hy [\d.]+, NumPy [\d.]+"
    r".*\nbackend: torch\nmachine: .+ \d+ cores of .+\n") (succeeded result))))


(defn [(pytest.mark.parametrize "missing" ["keras" "jax"])]
    test-the-version-names-no-backend-where-none-can-train [capsys monkeypatch missing]
  (.setenv monkeypatch "KERAS_BACKEND" "jax")
  (.setattr monkeypatch "importlib.util.find_spec" (fn [name] (!= name missing)))
  (assert (re.search r"\nbackend: none; to train: .* -m pip install keras jax tokenizers\n"
    (shown-by "--version" capsys))))


(defn test-help-all-groups-every-flag-with-its-default [capsys]
  (setv text (.join " " (.split (shown-by "--help-all" capsys))))
  (for [setting (settings-in "cli")]
    (assert (in f" {setting.option} " text)))
  (for [words ["text: --sources" "network: --from" "training: --model" "generation: --generate"
      "(default: model)" "3 to 9, fewer for a longer text" "(default: utf-8)" "(default: 0.1)"
      "(default: endless; 200 with --interactive, 400 in a chat)"]]
    (assert (in words text))))


(defn [counting] test-info-lists-what-a-model-holds [here trained capsys]
  (main ["--info"])
  (setv text (. (capsys.readouterr) out))
  (for [words [
      r"^file        model\.h5, \d+ KB, with training state$"
      r"^text        5,481 characters, 2 epochs$"
      r"^loss        epoch 2, validation \d\.\d\d\d bits per character$"
      r"^network     lstm:24,dropout:0\.3, [\d,]+ weights$"
      r"^vocabulary  22 characters: ↵ ␣ ! , \. : a "
      r"^settings    lookback 16, batch size 8, learning rate 0\.02, temperature 1\.0$"]]
    (assert (re.search words text re.MULTILINE) text))
  (assert (all (gfor line (.splitlines text) (<= (len line) 80))))
  (main ["--info" "--model" "english"])
  (assert (in "MB, without training state" (.join " " (.split (. (capsys.readouterr) out))))))


(defn test-info-lists-the-models-of-a-folder [here trained capsys]
  (.rename (/ here "model.h5") (/ here "mine.h5"))
  (.write-bytes (/ here "other.h5") b"other")
  (for [flags [[] ["--model" "."]]]
    (assert (= (main ["--info" #* flags]) 0))
    (setv [head mine other] (.splitlines (. (capsys.readouterr) out)))
    (assert (= (.split head) ["model" "text" "bits" "size" "saved" "base"]))
    (assert (re.match r"mine\.h5 .* \d\.\d{3}  +\d+ KB  +20\d\d-\d\d-\d\d$" mine))
    (assert (re.match r"other\.h5 +\(can't be read\) " other)))
  (.mkdir (/ here "empty"))
  (assert (= (main ["--info" "--model" "empty"]) 2))
  (assert (in "the folder empty contains no model" (. (capsys.readouterr) err))))


(defn test-sources-are-written-as-a-model-would-read-them [here capsys]
  (.write-text (/ here "a.csv") "Name,City\nAnn,Rome\nBob,Oslo\n")
  (setv flags ["--sources" "a.csv" "--column" "{Name} of {City}" "--lower" "--output"])
  (assert (= (main [#* flags "-"]) 0))
  (assert (= (. (capsys.readouterr) out) "ann of rome\nbob of oslo\n"))
  (for [status [0 2]]  ; what exists stays
    (assert (= (main [#* flags "b.txt"]) status))
    (assert (= (.read-text (/ here "b.txt")) "ann of rome\nbob of oslo\n")))
  (assert (= (main [#* flags "a.csv" "--overwrite"]) 2)))
