"Flags without effect or that don't exist are refused helpfully; commands can be pasted."

(import
  shlex
  sys
  pytest
  lstm-textgen.cli.flags [ACTIONS TRAINING command find-action flag parse-flags]
  lstm-textgen.settings.table [settings-in])

(setv pytestmark pytest.mark.quick)


(defn objection [#* arguments]
  (with [error (pytest.raises ValueError)]
    (find-action (parse-flags (list arguments))))
  (str error.value))


;; * Flags that are refused

(defn [(pytest.mark.parametrize #("line" "said") [
    ;; Flags without effect, and those on their own.
    #("--generate x --layers 12 --epochs 3" "--layers and --epochs have no effect with --generate")
    #("--generate x --cpu --quiet --restart" "--restart, --cpu and --quiet have no effect")
    #("--generate x --encoding latin-1" "--encoding has no effect with --generate")
    #("--sources x --generate y" "--sources trains, --generate generates: use one; to measure")
    #("--score x --temperature 1" "--temperature has no effect with --score")
    #("--score x --length 1 --output y" "--length and --output have no effect with --score")
    #("--interactive --samples 2 --output x" "--samples and --output have no effect")
    #("--sources x --output y --epochs 3" "--epochs has no effect with --output")
    #("--sources x --best-of 2 --mix 0.5" "--best-of and --mix have no effect in training")
    ;; After -- comes a value.
    #("--generate -- --version" "--generate needs a seed text, such as")
    #("--generate -- -x" "a value that begins with - is written --generate=-x")
    #("--restart" "--restart has no effect on its own; add --sources, --recipe or --import")
    #("--length 5 --model a"
      (+ "--length has no effect on its own; add --generate, --generate-from, --interactive or "
        "--page"))
    #("--length 5 --output x"
      "--length and --output have no effect on their own; add --generate or --generate-from")
    #("--length 5 --epochs 3" "--epochs has no effect on its own; add --sources or --recipe")
    ;; What can't be understood is explained by an example.
    #("--xyz" "unknown flag --xyz; --help-all shows every flag")
    #("lol.txt" "did you mean --sources lol.txt?")
    #("--generate The mayor" "needs quotes")
    #("--length" "--length needs a value: --length N")
    #("--sources" "--sources needs a value: --sources PATH")
    #* (gfor line ["--generate" "--generate --length 3"]
      #(line "--generate needs a seed text, such as --generate heylo or --generate \"\""))
    #("--generate -hi" "--generate=-hi")
    #("--model m --sources -a.txt" "--sources=-a.txt")
    #("--generate x --score y --interactive"
      "--generate, --interactive and --score can't be combined")
    #("--generate x --originality" "--originality needs")
    #("--sources x --model a --model b" "only one model")
    #("--model a" "nothing to do")
    #("--unit syllables" "--unit must be one of `characters`, `pieces`, `words`, not 'syllables'")
    #("--generate x --match '\\d('" "--match must be a regular expression, not '\\d(' (")])]
    test-a-line-of-flags-that-makes-no-sense-is-told-why [line said]
  (assert (in said (objection #* (shlex.split line)))))


(defn [(pytest.mark.parametrize #("given" "meant") [
    #("--seed" "--rng-seed") #("--temp" "--temperature") #("--gen" "--generate")
    #("--epoch" "--epochs") #("--lenght=5" "--length") #("--rng_seed" "--rng-seed")
    #("--words" "--max-words") #("--source" "--sources") #("-g" "--generate")
    #("--hepl" "--help")])]
    test-an-unknown-flag-suggests-the-nearest [given meant]
  (assert (.endswith (objection given) f"did you mean {meant}?")))


;; * Flags that are read

(defn test-every-flag-goes-with-an-action []
  (setv used (sfor action (.values ACTIONS) name [action.name #* action.uses] name))
  (assert (= used #{TRAINING  #* (gfor setting (settings-in "cli") setting.name)})))


(defn test-a-flag-for-several-values-may-come-several-times []
  (setv flags (parse-flags (shlex.split "--sources a b --sources c --stop x --stop=-y")))
  (assert (= (dict flags) {"sources" ["a" "b" "c"]  "stop" ["x" "-y"]})))


(defn test-word-by-word-is-a-unit-and-the-last-one-given-wins []
  (for [[line unit] [
      ["--word-by-word" "words"] ["--unit words" "words"]
      ["--unit characters --word-by-word" "words"]
      ["--word-by-word --unit characters" "characters"]]]
    (assert (= (dict (parse-flags (shlex.split line))) {"unit" unit}))))


;; * Commands to paste

(defn [(pytest.mark.parametrize #("typed" "arguments" "shown") [
    #("python3 -u -m lstm_textgen" ["--cpu"] "python3 -u -m lstm_textgen")
    #("python -m hy train.hy" [] "python -m hy train.hy")
    #("python /bin/hy ./train.hy" ["--cpu"] "./train.hy")
    #("python /bin/hy '../a b/train.hy'" [] "'../a b/train.hy'")
    #("python /bin/hy train.hy" [] "hy train.hy")
    #("python /bin/lstm-textgen" ["--cpu"] "lstm-textgen")
    #("/v/python /v/hy ./train.hy" [] "/v/hy ./train.hy")  ; not on the path
    #("/v/python /v/lstm-textgen" [] "/v/lstm-textgen")])]
    test-a-command-begins-as-it-was-typed [monkeypatch typed arguments shown]
  (.setattr monkeypatch sys "orig_argv" [#* (shlex.split typed) #* arguments])
  (.setattr monkeypatch sys "argv" ["/somewhere" #* arguments])
  (.setattr monkeypatch "lstm_textgen.cli.flags.which"
    (fn [name] (when (not-in "/v/" typed) f"/bin/{name}")))
  (assert (= (command) shown)))


(defn test-a-flag-is-written-so-that-shell-and-parser-take-it []
  (for [value ["mx" "-mx" "--a" "a b" "" "$x" "'" "我" "-a b"]]
    (setv flags (parse-flags (shlex.split (flag "--generate" value))))
    (assert (= flags.generate value))))
