#[[Changes the package in one place at a time, and reports which changes its tests catch.

    python -m hy tools/mutants.hy [TREE]

Good tests catch each of the changes in `MUTANTS`. Each is made in a copy of TREE (default: this
one), the test files of that part of the package run there up to the first failure, and a line says
whether one failed. So two versions of the tests can be compared: if one misses a change that the
other catches, it proves less. The status is 1 if any is missed.]]

(import
  pathlib [Path]
  shutil [copytree ignore-patterns]
  subprocess
  sys
  tempfile [TemporaryDirectory]
  tools.forms [ROOT])

;; The test files of a part of the package, the fastest first, and changes there, #(text instead);
;; each `text` is in the package once.
(setv MUTANTS [
  #(["training" "callbacks" "runs" "beginning" "nothing_lost" "cli"] [
    #("[(get entry \"epoch\") 0 0.0])" "[(get entry \"epoch\") 0 @progress.loss-sum])")
    #("(is entry (kept-entry" "(is-not entry (kept-entry")
    #("(+ 2 (* 2 (math.log" "(+ 2 (* 2000000 (math.log")
    #("(min 1 (max (if" "(min 1 (min (if")
    #("(.leader-says @group @unsaved)" "False")
    #("(.put @learner @learner.weights @checkpoint.weights)" "None")
    #("(not @clock.steps) None" "False None")
    #("(replace resume.progress)\n" "(Progress 0 0 0 0.0 @text)\n")
    #("(- progress.step 1) {" "progress.step {")
    #("\"val_loss\" \"validation_loss\"" "\"val_loss\" \"loss\"")])
  #(["runs" "callbacks" "training" "beginning" "cli" "nothing_lost"] [
    #("(> (or settings.batch-size 0) (len own))" "(> (or settings.batch-size 0) (len vocabulary))")
    #("(unless (entries-on old.history corpus.text)" "(unless True")
    #("(< left RESERVE)" "(< left -9)")
    #("(and resume (!= before now)" "(and resume (= before now)")
    #("done (unless asked.minutes (why-done" "done (when asked.minutes (why-done")
    #("(when run.asked.recipe run.asked.recipe.name)" "None")])
  #(["checkpoint" "evaluation"] [
    #("checkpoint.evaluation 2" "checkpoint.evaluation 1")
    #("(unless (_sound? backup)" "(when (_sound? backup)")
    #("(= (.get (.attributes file RESUME) \"sha256\") (digest [text #* arrays]))" "True")])
  #(["callbacks"] [
    #("(and (not start.new) asked.csv (begins-as? asked.csv LOSS-TABLE))" "(not start.new)")
    #(":append resumes" ":append True")])
  #(["distributed"] [
    #(":if (!= other first)" ":if False")
    #("    (when rest\n" "    (when False\n")])
  #(["training" "cli" "oldmodels"] [#("(+ 128 error.number)" "(+ 129 error.number)")])
  #(["cli" "outputs"] [#(":spell str)\n      2)" ":spell str)\n      1)")])])


(defn main [[tree ROOT]]
  "Print a line for each change; return whether any is missed."
  (setv missed 0)
  (for [[tests changes] MUTANTS  [text instead] changes]
    (with [place (TemporaryDirectory)]
      (setv
        copy (/ (Path place) "tree")
        name (make-mutant tree copy text instead)
        failed (failing-test copy tests)
        said (if failed f"caught by {failed}" "MISSED"))
      (+= missed (not failed))
      (print f"{name}: {(repr text)} → {(repr instead)}: {said}" :flush True)))
  (print f"{missed} changes missed")
  (bool missed))


(defn make-mutant [tree copy text instead]
  "Make a `copy` of `tree` with `instead` for `text` in the package; return the module's name."
  (copytree tree copy :ignore (ignore-patterns ".git" ".venv" "node_modules" "build"))
  (setv
    modules (dfor
      path (.rglob (/ copy "lstm_textgen") "*.hy")
      path (.read-text path :encoding "utf-8"))
    [[path code] #* others] (gfor [path code] (.items modules) :if (in text code) #(path code)))
  (assert (and (not others) (= (.count code text) 1)) text)
  (.write-text path (.replace code text instead) :encoding "utf-8")
  (.relative-to path copy))


(defn failing-test [tree tests]
  "Return the first test in the files of these `tests` that fails in `tree`, or None."
  (setv shown (subprocess.run
    [hy.sys-executable "-m" "pytest" "-q" "-x" "--tb=no" "-p" "no:cacheprovider"
      "-m" "slow or not slow"
      #* (gfor name tests f"tests/test_{name}.hy")]
    :cwd tree :capture-output True :encoding "utf-8"))
  (assert (in shown.returncode [0 1 2]) (+ shown.stdout shown.stderr))
  (next (gfor
    line (.splitlines shown.stdout)
    :if (.startswith line #("FAILED" "ERROR"))
    (get (.split line) 1))
    None))


(when (= __name__ "__main__")
  (sys.exit (main #* (cut sys.argv 1 None))))
