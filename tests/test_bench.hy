"Every program in bench/ runs, on its smallest input."

(import
  collections [Counter]
  pytest
  bench.base [unwanted]
  lstm-textgen.modelfile.checkpoint [save-checkpoint]
  tests.helpers [ROOT run-python small-model succeeded write-text])

(setv
  slow pytest.mark.slow
  STORY (* "the cat sat\n" 500)
  ;; By their names: arguments, TEXT being a file of STORY and MODEL a model that knows how often
  ;; each letter is there, and words of what they print.
  RUNS [
    #("corpus" ["text:1" "list:1" "csv:100" "jsonl:100" "xlsx:100"] "| xlsx:100 |")
    #("base" ["--books" "FOLDER" "--kinds" "FOLDER"] " characters of books: … | text |")
    (pytest.param "base" ["--base" "MODEL" "TEXT:3000@10" "--names" "--layers" "8"]
      "| text, 3,000 | 10 |" :marks slow)
    (pytest.param "quality" ["TEXT:3000" "0" "--peers" "8:0:8e-3:4" "--test"] "(8:0:8e-3:4)"
      :marks slow)
    (pytest.param "training" ["8@4" "--float32"] "| 8, 4 |" :marks slow)
    (pytest.param "writing" ["8"] "| scoring 1 MB, 1×8 |" :marks slow)
    (pytest.param "writing" ["--busy" "MODEL"] "| writing |" :marks slow)
    (pytest.param "writing" ["--memory" "MODEL" "TEXT:300"] "| 16 |" :marks slow)
    (pytest.param "page" ["8"] "| 8 |" :marks slow)
    (pytest.param "serve" ["one" "many" "first" "memory"] "| memory after" :marks slow)
    #("fuzz" ["100"] "failures 0 of 100")])


(defn [(pytest.mark.parametrize #("name" "arguments" "words") RUNS)]
    test-a-benchmark-runs [name arguments words tmp-path]
  (save-checkpoint (small-model :text STORY :layers "8" :odds (Counter STORY))
    (/ tmp-path "model"))
  (setv places {"FOLDER" (str (/ tmp-path "texts"))  "MODEL" (str (/ tmp-path "model.h5"))})
  (.mkdir (/ tmp-path "texts"))
  (setv text (write-text (/ tmp-path "texts") STORY))
  (setv given (gfor a arguments (.get places a (.replace a "TEXT" text))))
  (setv printed (succeeded (run-python "-m" "hy" f"bench/{name}.hy" #* given
    :cwd ROOT :environment {"BENCH_ROUNDS" "1"
      ;; An imitated processor has names of instructions that oneDNN then lacks.
      "ONEDNN_MAX_CPU_ISA" "ALL"})))
  (for [each (.split words " … ")] (assert (in each printed))))


(defn test-unwanted-words-of-a-base-are-counted []
  (assert (in " hits in 640 characters by english" (unwanted r"\bthe\b" "english" 640))))


(defn test-every-benchmark-is-run-here []
  (setv named (sfor run RUNS (get (getattr run "values" run) 0)))
  (assert (= named (sfor
    path (.glob (/ ROOT "bench") "*.hy")
    :if (not-in path.stem ["common" "kill" "peer"])  ; test_nothing_lost.hy runs kill
    path.stem))))
