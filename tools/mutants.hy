#[[Changes the package in one place at a time, and reports which changes its tests catch.

    python -m hy tools/mutants.hy [TREE]

A good test of a module must catch each of its changes in `MUTANTS`. Each is made in a copy of TREE
(default: this one), the module's test files run there up to the first failure, and a line says
whether one failed. So two versions of the tests can be compared: if one misses a change that the
other catches, it proves less. The status is 1 if any is missed.]]

(import
  pathlib [Path]
  shutil [copytree ignore-patterns]
  subprocess
  sys
  tempfile [TemporaryDirectory]
  tools.forms [ROOT])

(setv
  ;; The test files of each module, the fastest first.
  TESTS {
    "learning/training" ["test_training" "test_callbacks" "test_runs" "test_beginning"
      "test_nothing_lost" "test_cli"]
    "learning/start" ["test_runs" "test_beginning" "test_training" "test_nothing_lost"]
    "learning/runs" ["test_runs" "test_callbacks" "test_training" "test_beginning" "test_cli"
      "test_nothing_lost"]
    "modelfile/checkpoint" ["test_checkpoint" "test_evaluation"]
    "learning/learner/callbacks" ["test_callbacks"]
    "learning/learner/machines" ["test_distributed"]
    "cli/__init__" ["test_cli" "test_outputs"]
    "cli/training" ["test_training" "test_cli" "test_oldmodels"]
    "cli/writing" ["test_cli_writing" "test_cli_scoring"]}
  ;; #(module text instead): `text` is in the module once.
  MUTANTS [
    #("learning/training" "[(get entry \"epoch\") 0 0.0])"
      "[(get entry \"epoch\") 0 @progress.loss-sum])")
    #("learning/training" "(is entry (kept-entry" "(is-not entry (kept-entry")
    #("learning/training" "(+ 2 (* 2 (math.log" "(+ 2 (* 2000000 (math.log")
    #("learning/training" "(min 1 (max (if" "(min 1 (min (if")
    #("learning/training" "(.leader-says @group @unsaved)" "False")
    #("learning/training" "(.put @learner @learner.weights @checkpoint.weights)" "None")
    #("learning/training" "(not @clock.steps) None" "False None")
    #("learning/training" "(replace resume.progress)\n" "(Progress 0 0 0 0.0 @text)\n")
    #("learning/training" "(- progress.step 1) {" "progress.step {")
    #("learning/start" "(> rows units)" "(> rows (* 2 units))")
    #("learning/start" "(unless (entries-on old.history corpus.text)" "(unless True")
    #("learning/start" "spent) RESERVE)" "spent) -9)")
    #("learning/start" "(and resume (!= before now)" "(and resume (= before now)")
    #("learning/runs" "done (unless asked.minutes (why-done" "done (when asked.minutes (why-done")
    #("learning/start" ":recipe (when run.asked.recipe run.asked.recipe.name)" ":recipe None")
    #("modelfile/checkpoint" "self.evaluation 2" "self.evaluation 1")
    #("modelfile/checkpoint" "(unless (_sound? backup)" "(when (_sound? backup)")
    #("modelfile/checkpoint" "(= (.get (.attributes file path) \"sha256\") (digest arrays))"
      "True")
    #("learning/learner/callbacks" "(and resumes run.csv (begins-as? run.csv TABLE))"
      "(and resumes run.csv)")
    #("learning/learner/callbacks" ":append resumes" ":append True")
    #("learning/training" "\"val_loss\" \"validation_loss\"" "\"val_loss\" \"loss\"")
    #("learning/learner/machines" ":if (!= other first)" ":if False")
    #("learning/learner/machines" "(when rest\n" "(when False\n")
    #("cli/training" "(+ 128 error.number)" "(+ 129 error.number)")
    #("cli/__init__" ":spell str)\n      2)" ":spell str)\n      1)")])


(defn main [[tree ROOT]]
  "Print a line for each change; return whether any is missed."
  (setv missed 0)
  (for [[n [module text instead]] (enumerate MUTANTS 1)]
    (with [place (TemporaryDirectory)]
      (setv
        failed (failing-test (mutant tree (/ (Path place) "tree") module text instead) module)
        said (if failed f"caught by {failed}" "MISSED"))
      (+= missed (not failed))
      (print f"{n :2} {module}: {(repr text)} → {(repr instead)}: {said}" :flush True)))
  (print f"{(- (len MUTANTS) missed)} of {(len MUTANTS)} changes caught")
  (bool missed))


(defn mutant [tree place module text instead]
  "Copy `tree` to `place`, with `instead` for the `text` in a `module`; return that."
  (copytree tree place :ignore (ignore-patterns ".git" ".venv" "node_modules" "build"))
  (setv
    path (/ place "lstm_textgen" f"{module}.hy")
    code (.read-text path :encoding "utf-8"))
  (assert (= (.count code text) 1) f"{module}: {text}")
  (.write-text path (.replace code text instead) :encoding "utf-8")
  place)


(defn failing-test [tree module]
  "Return the first test of the `module` that fails in `tree`, or None."
  (setv shown (subprocess.run
    [hy.sys-executable "-m" "pytest" "-q" "-x" "--tb=no" "-p" "no:cacheprovider"
      "-m" "slow or not slow"
      #* (gfor name (get TESTS module) f"tests/{name}.hy")]
    :cwd tree :capture-output True :encoding "utf-8"))
  (assert (in shown.returncode [0 1 2]) (+ shown.stdout shown.stderr))
  (next (gfor
    line (.splitlines shown.stdout)
    :if (.startswith line #("FAILED" "ERROR"))
    (get (.split line) 1))
    None))


(when (= __name__ "__main__")
  (sys.exit (main #* (cut sys.argv 1 None))))
