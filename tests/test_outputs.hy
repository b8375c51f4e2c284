"Output files: never over inputs, never partial, and refused in time."

(import
  concurrent.futures [ThreadPoolExecutor]
  gzip
  os
  pathlib [Path]
  re
  signal
  threading [Thread]
  time
  pytest
  lstm-textgen
  lstm-textgen.cli [main]
  tests.helpers [TEXT UNMEASURED VERSE counting limit-files names-in output program
    save-odds start-program sure-model write-all write-text])

(setv SEED ["--generate" "a" "--length" "2"])


(defn [pytest.fixture] sure [here]
  "Enter a folder with a model that generates only a, and letter.txt; return the folder."
  (write-text here "abcd" "letter.txt")
  (sure-model here))


;; * What is read

(defn [(pytest.mark.parametrize "flags" [
    ["--generate-from" "letter.txt" "--length" "1" "--output"]
    [#* SEED "--originality" "--sources" "letter.txt" "--output"]
    [#* SEED "--originality" "--sources" "." "--output"]])]
    test-no-output-overwrites-what-is-read [sure refusal flags]
  (.symlink-to (/ sure "soft") "letter.txt")
  (os.link "letter.txt" "hard")
  (for [name ["letter.txt" "./letter.txt" "soft" "hard"]]
    (assert (in f"{name} would overwrite" (refusal #* flags name "--overwrite"))))
  (assert (= (.read-text (/ sure "letter.txt")) "abcd")))


(setv
  WRITERS [[#* SEED "--output"] ["--page"]]
  TABLE ["--sources" "letter.txt" "--csv"]
  REFUSED {  ; what an output may not replace, or be, even with --overwrite
    "model.h5" "would overwrite the model in use"
    "link" "would overwrite the model in use"
    "model.h5.bak" "would overwrite its backup"
    "other.h5" "would overwrite a model"
    "nowhere/a" "there is no such folder"
    "folder" "this is a folder"
    "old" "read-only"})


(defn [(pytest.mark.parametrize "flags" [#* WRITERS TABLE])]
    test-an-output-takes-no-other-place [sure refusal flags]
  (save-odds sure "ab" {} :name "other")
  (.mkdir (/ sure "folder"))
  (write-text sure "old" "old")
  (.chmod (/ sure "old") 0o444)
  (.symlink-to (/ sure "link") "model.h5")
  (setv
    before (.read-bytes (/ sure "model.h5"))
    names (names-in sure))
  (for [[name words] (.items REFUSED)] (assert (in words (refusal #* flags name "--overwrite"))))
  (assert (= (names-in sure) names))
  (assert (= (.read-bytes (/ sure "model.h5")) before)))


(defn test-a-dash-is-no-page-and-no-table [sure refusal]
  (for [flags [["--page"] TABLE]]
    (assert (in f"{(get flags -1)} - is no file; give one, such as /dev/stdout"
      (refusal #* flags "-"))))
  (assert (not-in "-" (names-in sure))))


(defn test-logs-of-a-run-take-no-other-place [sure refusal]
  (write-text sure "(require lstm-textgen.macros [defrecipe]) (defrecipe r)" "recipe.hy")
  (write-text sure "a,b\n1,2\n" "mine.csv")
  (for [[flags words] [
      [["--csv" "mine.csv"] "mine.csv already exists"]
      [["--csv" "recipe.hy" "--recipe" "recipe.hy" "--overwrite"] "would overwrite an input"]]]
    (assert (in words (refusal "--sources" "letter.txt" #* flags))))
  (assert (= (.read-text (/ sure "mine.csv")) "a,b\n1,2\n")))


(defn [counting] test-no-output-overwrites-a-file-that-the-model-learned-from [here refusal]
  (setv files {"one/a.txt" TEXT  "one/b/c.txt" VERSE  "two.txt.gz" (gzip.compress b"heylo")
    "table.csv" (+ "a,b\n" (* "1,heylo you\n" 99))})
  (write-all files)
  (lstm-textgen.train ["one" "two.txt.gz" "table.csv"] "model" :column "b" :epochs 1 :quiet True
    :layers "3" :lookback 4 :batch-size 2)
  (for [name files  flags [[#* SEED "--output"] ["--page"] ["--sources" "one" "--csv"]]]
    (assert (in f"{name} would overwrite " (refusal #* flags name "--overwrite"))))
  (for [[name content] (.items files)]
    (assert (in (.read-bytes (Path name)) [content (.encode (str content))]))))


(defn test-no-model-overwrites-what-is-read [sure refusal]
  (.rename (/ sure "model.h5") (/ sure "text.h5"))
  (for [more [[] ["--restart"]]]
    (setv said (refusal "--sources" "text.h5" "--model" "text" #* more))
    (assert (in "--model text.h5 would overwrite" said))))


(defn [(pytest.mark.parametrize "flags" WRITERS)]
    test-a-file-of-someone-else-is-replaced-only-where-that-is-asked-for [sure refusal flags]
  (write-text sure "dear diary" "diary.txt")
  (assert (in "diary.txt already exists" (refusal #* flags "diary.txt")))
  (assert (= (.read-text (/ sure "diary.txt")) "dear diary"))
  (assert (= (main [#* flags "diary.txt" "--overwrite"]) 0))
  (assert (!= (.read-text (/ sure "diary.txt")) "dear diary")))


(defn test-a-page-of-ours-is-replaced-only-by-a-page [sure capsys refusal]
  (for [_ (range 2)]
    (.readouterr capsys)
    (assert (= (main ["--page" "page.html"]) 0))
    (assert (re.search r"page.html: \d+ KB; open it" (. (.readouterr capsys) err))))
  (assert (in "page.html already exists" (refusal #* SEED "--output" "page.html"))))


(defn test-a-file-is-replaced-from-python-only-where-that-is-asked-for [sure]
  (setv model (lstm-textgen.load "model"))
  (write-text sure "dear diary" "diary.txt")
  (with [_ (pytest.raises ValueError :match "already exists")] (.page model "diary.txt"))
  (.page model "diary.txt" :overwrite True)
  (.page model "diary.txt"))  ; now it is a page of ours


(defn test-a-replaced-file-keeps-its-mode-and-a-link-stays-a-link [sure]
  (.write-text (/ sure "old") "old")
  (.chmod (/ sure "old") 0o640)
  (.symlink-to (/ sure "link") "old")
  (assert (= (output sure #* SEED "--output" "link" "--overwrite") ""))
  (assert (= (.read-text (/ sure "old")) "aaa\n"))
  (assert (= (& (. (.stat (/ sure "old")) st-mode) 0o777) 0o640))
  (assert (.is-symlink (/ sure "link"))))


;; * What can't be written

(defn test-a-command-that-fails-leaves-the-output-file-as-it-was [sure refusal]
  (.write-text (/ sure "old") "old")
  (setv names (names-in sure))
  (for [flags [
      [#* SEED "--model" "none" "--output" "old"]
      [#* SEED "--originality" "--sources" "none" "--output" "old"]
      ["--generate" "a" "--samples" "2" "--output" "old"]]]
    (refusal #* flags "--overwrite"))
  (assert (= (.read-text (/ sure "old")) "old"))
  (assert (= (names-in sure) names)))


(defn test-a-full-disk-is-named-with-the-file-and-leaves-nothing [sure]
  (setv
    names (names-in sure)
    result (program "--generate" "a" "--length" "9999" "--output" "new.txt"
      :folder sure
      :preexec-fn (fn [] (limit-files 1000))
      :cold True
      :environment UNMEASURED))
  (assert (= result.stderr "lstm-textgen: new.txt: File too large\n"))
  (assert (= (names-in sure) names)))


(defn test-a-full-device-is-named [sure refusal]
  (assert (in "/dev/full: No space left" (refusal #* SEED "--output" "/dev/full")))
  (for [arguments [SEED ["--help-all"]]]
    (with [full (open "/dev/full" "w")]
      (setv result (program #* arguments
        :folder sure :capture-output False :stdout full :stderr -1)))
    (assert (= [result.returncode result.stderr]
      [2 "lstm-textgen: standard output: No space left on device\n"]))))


;; * When it is written

(defn [(pytest.mark.parametrize "number" [signal.SIGINT signal.SIGTERM])]
    test-what-was-written-until-it-was-stopped-is-kept [sure number]
  (setv
    names (names-in sure)
    process (start-program "--generate" "a" "--output" "new" :folder sure))
  (while (and (not (any (gfor path (.glob sure ".new.*.tmp") (. (.stat path) st-size))))
      (is (.poll process) None))
    (time.sleep 0.01))
  (.send-signal process number)
  (setv why "to end earlier, give --length, --stop or --sentences\n")
  (assert (= (.communicate process :timeout 30) #(""
    f"writing to new until you press Ctrl-C; {why}")))
  (assert (= process.returncode 0))
  (assert (= (names-in sure) (sorted [#* names "new"])))
  (assert (= (set (.read-text (/ sure "new"))) #{"a" "\n"})))


(defn [(pytest.mark.parametrize "number" [signal.SIGINT signal.SIGTERM])]
    test-a-text-with-an-end-that-was-stopped-leaves-the-file-as-it-was [sure number]
  (.write-text (/ sure "new") "earlier")
  (setv
    names (names-in sure)
    process (start-program "--generate" "a" "--length" 999999999 "--output" "new" "--overwrite"
      :folder sure))
  (while (and (not (list (.glob sure ".new.*.tmp"))) (is (.poll process) None))
    (time.sleep 0.01))
  (.send-signal process number)
  (setv [_ said] (.communicate process :timeout 30))
  (assert (= [said process.returncode]
    ["\nlstm-textgen: stopped; nothing was changed\n" (+ 128 number)]))
  (assert (= (names-in sure) names))
  (assert (= (.read-text (/ sure "new")) "earlier")))


(defn test-a-pipe-is-written-to-directly [sure]
  (os.mkfifo "pipe")
  (setv
    read []
    reader (Thread :target (fn [] (.append read (.read-text (/ sure "pipe"))))))
  (.start reader)
  (assert (= (main [#* SEED "--output" "pipe"]) 0))
  (.join reader)
  (assert (= read ["aaa\n"])))


(defn [(pytest.mark.parametrize "flags" [[#* SEED "--output"] ["--export"]])]
    test-a-pipe-that-nobody-reads-yet-is-waited-for-and-has-no-size [sure capsys monkeypatch flags]
  (.setattr monkeypatch "lstm_textgen.cli.flags.SLOW" 0.1)
  (os.mkfifo "pipe.h5")
  (defn read []
    (while (not-in "waiting" (setx said (. (.readouterr capsys) err))) (time.sleep 0.01))
    [said (.read-bytes (/ sure "pipe.h5"))])
  (with [pool (ThreadPoolExecutor)]
    (setv reader (.submit pool read))
    (assert (= (main [#* flags "pipe.h5"]) 0))
    (setv [said content] (.result reader)))
  (assert content)
  (assert (= (. (.readouterr capsys) err) "")))


(defn [(pytest.mark.parametrize "name" ["-" "/dev/stdout"])]
    test-standard-output-is-written-on-where-it-stands [sure name]
  (.write-text (/ sure "log") "before\n")
  (with [log (open "log" "a")]
    (program #* SEED "--output" name :folder sure :capture-output False :stdout log))
  (assert (= (.read-text (/ sure "log")) "before\naaa\n"))
  (assert (not (.exists (/ sure "-")))))
