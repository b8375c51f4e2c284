"The command line of training: what it refuses, in one line and with status 2."

(import
  re
  resource
  subprocess
  sys
  pytest
  lstm_textgen.cli [main]
  lstm_textgen.modelfile.checkpoint [load-checkpoint]
  lstm_textgen.settings.table [settings-in]
  tests.helpers [TEXT TINY-FLAGS UNMEASURED counting limit-files output program start-python
    train-tiny write-text]
  tests.web [serve-files])


(defn [pytest.fixture] complaint [tmp-path monkeypatch refusal]
  "Return `refusal`, in a folder with `text.txt`."
  (write-text tmp-path)
  (monkeypatch.chdir tmp-path)
  refusal)


(defn [pytest.fixture] server [tmp-path monkeypatch]
  "The address of a web server that has the files of the test's folder."
  (monkeypatch.setenv "LSTM_TEXTGEN_CACHE" (str (/ tmp-path "cache")))
  (with [server (serve-files tmp-path)]
    (yield server.url)))


(defn test-a-run-with-nothing-to-do-is-refused [complaint]
  (assert (in "--sources" (complaint)))
  (assert (in "--sources" (complaint "--sources"))))


(defn test-the-words-of-keras-are-not-taken-for-settings [complaint monkeypatch]
  (.setattr monkeypatch "lstm_textgen.cli.find_action" (fn [_]
    (raise (ValueError "Argument `output` must have a rank of 2"))))
  (assert (in "Argument `output` must" (complaint))))


(defn test-a-refusal-has-status-2-and-one-line-on-standard-error [tmp-path]
  (setv result (program "--sources" "nowhere.txt" :folder tmp-path))
  (assert (= [result.returncode result.stdout] [2 "reading nowhere.txt\n"]))
  (assert (= result.stderr
    "lstm-textgen: there is no file 'nowhere.txt', neither here nor in corpora/\n")))


;; * Sources

(defn test-a-file-that-cannot-be-read-is-named [complaint]
  ;; Permission bits don't bind an administrator; nobody can read a process's memory at 0.
  (assert (in "/proc/self/mem" (complaint "--sources" "/proc/self/mem"))))


(defn test-a-text-that-cannot-be-used-is-refused [complaint tmp-path]
  (write-text tmp-path "" "empty.txt")
  (write-text tmp-path "heylo" "short.txt")
  (.write-bytes (/ tmp-path "latin.txt") (* b"caf\xe9 " 200))
  (.mkdir (/ tmp-path "folder"))
  (.write-bytes (/ tmp-path "folder" "picture") (* b"\0\xff" 99))
  (for [[name #* words] [
      ["empty.txt" "empty"]
      ["short.txt" "too short" "5 characters" "651"]
      ["latin.txt" "'latin.txt'" "byte 3" "0xe9" "--encoding cp1252"]
      ["folder" "'folder'" "no utf-8 text"]
      ["*.none" "'*.none'"]
      ["" "''"]]]
    (setv message (complaint "--sources" name))
    (for [word words]
      (assert (in word message)))))


(defn test-a-text-of-one-character-is-refused [complaint tmp-path]
  (write-text tmp-path (* "a" 9999) "same.txt")
  (assert (in "repeated, so there is nothing to learn" (complaint "--sources" "same.txt"))))


(defn test-a-url-that-fails-or-leads-to-too-much-is-refused-with-the-reason [complaint server]
  (assert (in f"'{server}/nowhere.txt': 404" (complaint "--sources" f"{server}/nowhere.txt")))
  (assert (in "http or https" (complaint "--sources" "ftp://127.0.0.1/a")))
  (setv source f"{server}/text.txt")
  (assert (in "--max-download" (complaint "--sources" source "--max-download" "0.001"))))


;; * Flags

(defn [(pytest.mark.parametrize "flag,bad" [
    #("--epochs" "-1") #("--epochs" "two") #("--epochs" "1.5") #("--patience" "-1")
    #("--lookback" "0") #("--stride" "0") #("--batch-size" "0") #("--batch-size" "99999")
    #("--max-words" "0") #("--rng-seed" "-1") #("--rng-seed" "99999999999")
    #("--validation" "1") #("--validation" "-0.1") #("--validation" "nan")
    #("--learning-rate" "0") #("--learning-rate" "inf") #("--save-every" "0")
    #("--max-download" "nan") #("--encoding" "klingon")
    #("--layers" "128,dense:9") #("--layers" "") #("--layers" "dropout:0.2")])]
    test-a-value-out-of-range-is-refused-by-its-flag [complaint flag bad]
  (setv message (complaint "--sources" "text.txt" flag bad))
  (assert (in flag message))
  (assert (in (get (.split bad ",") -1) message)))


(defn test-a-limit-of-words-without-words-is-refused [complaint]
  (assert (in "learn pieces or words with --unit, or leave it out"
    (complaint "--sources" "text.txt" "--max-words" "50"))))


(defn [counting (pytest.mark.parametrize "flags,words" [
    #(["--validation" "0"] "here, but the model has 0.1")
    #(["--rng-seed" "0"] "--rng-seed is 0 here, but the model has 1")
    #(["--layers" "gru:24"] "--layers is gru:24 here, but the model has lstm:24,dropout:0.3")
    #(["--word-by-word"] "--unit is words here, but the model has characters")
    #(["--lower"] "--lower")])]
    test-a-flag-that-contradicts-the-model-is-refused [complaint trained flags words]
  (setv message (complaint "--sources" "text.txt" #* flags))
  (for [word [words "--restart"]]
    (assert (in word message))))


(defn [counting] test-a-flag-that-agrees-with-the-model-is-accepted [trained monkeypatch capsys]
  (monkeypatch.chdir trained)
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


(defn test-generating-without-a-model-is-refused [complaint]
  (assert (in "model.h5" (complaint "--generate" "heylo"))))


(defn [(pytest.mark.parametrize "task" [["--sources" "text.txt"] ["--generate" "the"]])]
    test-a-file-that-is-no-model-is-refused [complaint tmp-path task]
  (write-text tmp-path TEXT "model.h5")
  (assert (in "model.h5" (complaint #* task)))
  (.unlink (/ tmp-path "model.h5"))
  (.mkdir (/ tmp-path "model.h5"))
  (assert (in "model.h5" (complaint #* task))))


;; * A full disk

(setv PROGRAM "
import os, sys, hy
print(os.getpid(), flush=True)
from lstm_textgen.cli import main
sys.exit(main())")


(defn start-on-a-full-disk [folder #* arguments]
  "Start the program in `folder`, where it can't write long files; return it and its number."
  (setv
    process (start-python "-c" PROGRAM #* arguments :cwd folder :environment UNMEASURED)
    number (int (.readline process.stdout)))
  (limit-files 3000 number)
  #(process number))


(defn [counting] test-a-full-disk-leaves-the-model-before-whole [trained]
  (setv
    before (.read-bytes (/ trained "model.h5"))
    [process _] (start-on-a-full-disk trained "--sources" "text.txt" "--epochs" "3")
    [_ message] (.communicate process :timeout 200))
  (assert (= process.returncode 2))
  (setv failure "model.h5 could not be saved: File too large")
  (assert (= (.splitlines message) [
    f"{failure}; training continues and tries again at the next save"
    f"lstm-textgen: {failure}"]))
  (assert (= (.read-bytes (/ trained "model.h5")) before)))


(defn [counting] test-training-outlives-a-full-disk [trained]
  (setv [process number] (start-on-a-full-disk trained
    "--sources" "text.txt" "--epochs" "90" "--patience" "0"))
  (assert (in "tries again" (.readline process.stderr)))
  (limit-files (get (resource.getrlimit resource.RLIMIT-FSIZE) 1) number)
  (.communicate process :timeout 200)
  (assert (= process.returncode 0))
  (assert (= (len (. (load-checkpoint (/ trained "model")) history)) 90)))


;; * What goes well

(defn [counting] test-a-quiet-run-may-begin-anew-in-another-folder [trained]
  (.mkdir (/ trained "sub"))
  (.rename (/ trained "model.h5") (/ trained "sub" "m.h5"))
  (setv
    before (.read-bytes (/ trained "sub" "m.h5"))
    flags ["--model" "sub/m.h5" "--restart" "--quiet" "--epochs" "1" #* TINY-FLAGS])
  (assert (= (output trained "--sources" "text.txt" #* flags) ""))
  (assert (= (.read-bytes (/ trained "sub" "m.h5.bak")) before))
  (assert (= (len (. (load-checkpoint (/ trained "sub" "m")) history)) 1)))


(defn [counting] test-a-run-shows-losses-and-how-to-generate-even-if-it-was-finished [trained]
  (setv [shown again] (lfor _ (range 2)
    (. (program "--sources" "text.txt" "--epochs" "3" :folder trained) stdout)))
  (for [words ["epoch 3/3  training " " bits  validation " " characters/s"]]
    (assert (in words shown)))
  (for [each [shown again]]
    (assert (in " --generate 'heylo, said the' --length 300\n" each))))


(defn shown-by [flag capsys]
  "Return the program's output for `flag`, which ends it."
  (with [_ (pytest.raises SystemExit)]
    (main [flag]))
  (. (capsys.readouterr) out))


(defn test-help-fits-a-terminal-of-80-columns-and-40-lines [capsys]
  (setv lines (.splitlines (shown-by "--help" capsys)))
  (assert (<= (len lines) 40))
  (assert (<= (max (map len lines)) 80)))


(defn [(pytest.mark.parametrize #("started" "name") [
    #("/a/train.hy" "./train.hy") #("/usr/bin/lstm-textgen" "lstm-textgen")])]
    test-the-examples-in-the-help-call-the-program-by-its-name [monkeypatch capsys started name]
  (.setattr monkeypatch sys "argv" [started])
  (setv text (shown-by "--help" capsys))
  (assert (in f"  {name} --sources lol.txt  " text))
  (assert (= (len (re.findall r"train\.hy|lstm-textgen" text)) (.count text f"{name} --") 8)))


(defn test-help-all-groups-every-flag-with-its-default [capsys]
  (setv text (.join " " (.split (shown-by "--help-all" capsys))))
  (for [setting (settings-in "cli")]
    (assert (in f" {setting.option} " text)))
  (for [words ["text: --sources" "network: --from" "training: --model" "generation: --generate"
      "(default: model)" "3 to 9, to read about 7,000,000" "(default: utf-8)" "(default: 0.7)"
      "(default: endless; 200 with --interactive)"]]
    (assert (in words text))))


(defn test-the-version-is-said [capsys]
  (assert (in "lstm_textgen 0.4.0" (shown-by "--version" capsys))))


(defn [counting] test-info-lists-what-a-model-holds [trained monkeypatch capsys]
  (.chdir monkeypatch trained)
  (main ["--info"])
  (setv text (. (capsys.readouterr) out))
  (for [words [
      r"^file        model\.h5, \d+ KB, with training state$"
      r"^text        5,481 characters, 2 epochs$"
      r"^loss        epoch 2, validation \d\.\d\d\d bits per character$"
      r"^network     lstm:24,dropout:0\.3, [\d,]+ weights$"
      r"^vocabulary  22 characters: ↵ ␣ ! , \. : a "
      r"^settings    lookback 16, batch size 8, learning rate 0\.02, temperature 0\.7$"]]
    (assert (re.search words text re.MULTILINE) text))
  (assert (all (gfor line (.splitlines text) (<= (len line) 80))))
  (main ["--info" "--model" "english"])
  (assert (in "MB, without training state" (.join " " (.split (. (capsys.readouterr) out))))))


(defn [counting] test-info-lists-each-text-with-its-epochs-and-loss [trained monkeypatch capsys]
  (.chdir monkeypatch trained)
  (setv other (* "a fox in a box ate the ox.\n" 100))
  (for [[text epochs] [[other 3] [TEXT 4]]] (train-tiny trained text :epochs epochs))
  (main ["--info"])
  (setv lines (.splitlines (. (.readouterr capsys) out)))
  (for [[line words] (zip (cut lines 1 5) [
      "text        2,430 characters, 3 epochs" "loss        epoch "
      "text        5,481 characters, 4 epochs" "loss        epoch "])]
    (assert (.startswith line words))))


(defn test-the-completion-of-a-shell-has-every-flag [capsys]
  (for [shell ["bash" "zsh" "fish"]]
    (assert (= 0 (main ["--completion" shell])))
    (setv script (. (capsys.readouterr) out))
    (for [setting (settings-in "cli")]
      (assert (in (.removeprefix setting.option "--") script)))))


(defn test-bash-completes-the-program-under-any-path [monkeypatch capsys]
  (.setattr monkeypatch sys "argv" ["/somewhere/train.hy"])
  (assert (= 0 (main ["--completion" "bash"])))
  (setv
    script (. (capsys.readouterr) out)
    told (subprocess.run ["bash" "-c" f"{script}\ncomplete -p train.hy"]
      :capture-output True :text True :check True))
  (assert (in "complete " told.stdout))
  (assert (.endswith told.stdout " train.hy\n")))
