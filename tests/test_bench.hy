"Every program in bench/ runs, on its smallest input."

(import
  collections [Counter]
  pytest
  bench.base [unwanted]
  lstm-textgen.modelfile.checkpoint [save-checkpoint]
  tests.helpers [ROOT run-python small-model succeeded write])

(setv
  STORY (* "the cat sat\n" 500)
  ;; By their names: arguments, TEXT being a file of STORY and MODEL a model that knows how often
  ;; each letter is there, and words of what they print.
  RUNS [
    ["corpus" ["text:1" "list:1" "csv:100" "jsonl:100" "xlsx:100"] "| xlsx:100 |"]
    ["base" ["--books" "FOLDER" "--kinds" "FOLDER"] " characters of books: … | text |"]
    ["base" ["--base" "MODEL" "TEXT:3000@10" "--names" "--layers" "8"] "| text, 3,000 | 10 |"]
    ["quality" ["TEXT:3000" "0" "--peers" "8:0:8e-3:4" "--test"] "(8:0:8e-3:4)"]
    ["training" ["8@4" "--float32"] "| 8, 4 |"]
    ["writing" ["8"] "| scoring 1 MB, 1×8 |"]
    ["writing" ["--busy" "MODEL"] "| writing |"]
    ["writing" ["--memory" "MODEL" "TEXT:300"] "| 16 |"]
    ["writing" ["--words" "8"] "| characters, 1×8 |"]
    ["words" ["TEXT:1000=english"] "| text | trigrams |"]
    ["page" ["8"] "| 8 |"]
    ["page" ["--bases"] "| `spanish` |"]
    ["page" ["--words" "8"] "| both |"]
    ["walk" ["corpora/ready/diary.fr.txt"] "| train 2 more epochs |"]
    ["fuzz" ["100"] "failures 0 of 100"]
    ["fuzz" ["--pages" "100"] "failures 0 of 100"]])


(defn [pytest.mark.slow (pytest.mark.parametrize #("name" "arguments" "words") RUNS)]
    test-a-benchmark-runs [name arguments words tmp-path]
  (save-checkpoint (small-model :text STORY :layers "8" :odds (Counter STORY))
    (/ tmp-path "model"))
  (write (/ tmp-path "texts" "text.txt") STORY)
  (setv
    folder (str (/ tmp-path "texts"))
    places {"FOLDER" folder  "MODEL" (str (/ tmp-path "model.h5"))}
    given (gfor a arguments (.get places a (.replace a "TEXT" f"{folder}/text.txt")))
    printed (succeeded (run-python "-m" "hy" f"bench/{name}.hy" #* given
      :cwd ROOT :environment {"BENCH_ROUNDS" "1"
        ;; An imitated processor has names of instructions that oneDNN then lacks.
        "ONEDNN_MAX_CPU_ISA" "ALL"})))
  (for [each (.split words " … ")] (assert (in each printed))))


(defn test-unwanted-words-of-a-base-are-counted []
  (assert (in " hits in 640 characters by english" (unwanted r"\bthe\b" "english" 640))))


(defn test-every-benchmark-is-run-here []
  (assert (= (sfor [name _ _] RUNS name) (sfor
    path (.glob (/ ROOT "bench") "*.hy")
    :if (not-in path.stem ["common" "kill" "peer"])  ; test_nothing_lost.hy runs kill
    path.stem))))
