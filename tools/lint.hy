#[[Checks the project's code: `python -m hy tools/lint.hy [PATHS]`, from the project's root.

It runs pyflakes and the style rules in CONTRIBUTING.md on the files and folders PATHS or, by
default, on all of ours, and codespell on these and on what is written about them; then it checks
the files for GitHub and for citations by their schemas. Each finding is a line; the status is 1 if
there are any. `codespell -w PATHS` mends spelling.]]

(import
  pathlib [Path]
  subprocess
  sys
  hy.errors [HyError]
  tools.forms [ROOT read-source]
  tools.style [RULES flakes long-lines])

(setv
  DEFAULT (lfor
    name ["lstm_textgen" "tests" "bench" "tools" "examples" "train.hy" "setup.py"]
    (str (/ ROOT name)))
  ;; Has prose only.
  PROSE (lfor
    name ["README.md" "CHANGELOG.md" "CONTRIBUTING.md" "docs" "corpora/README.md" ".ci" ".github"]
    (str (/ ROOT name))))


(defn main [#* paths]
  "Print the findings in `paths`; return whether there are any."
  (setv findings (sorted (gfor
    path (files-in (or paths DEFAULT))
    finding (findings-in path)
    finding)))
  (for [[path line message] findings]
    (print f"{path}:{line}: {message}" :flush True))
  (setv spelled (spelled-right? (or paths [#* DEFAULT #* PROSE])))
  (or (bool findings) (not spelled) (not (or paths (metadata-valid?)))))


(defn spelled-right? [paths]
  #[[Return whether codespell finds no mistake in `paths`; it prints those it finds.

  pyproject.toml has its settings: American spelling, and our words in tools/words.txt.]]
  (setv
    python (getattr hy "sys_executable" sys.executable)  ; within `python -m hy` it is Hy's own
    done (subprocess.run [python "-m" "codespell_lib" #* (map str paths)] :cwd ROOT))
  (= done.returncode 0))


(defn metadata-valid? []
  "Return whether their schemas accept our files for GitHub and citations; print what they don't."
  (all (lfor
    [schema files] [
      ["github-workflows" (.glob ROOT ".github/workflows/*.yml")]
      ["github-issue-forms" [(/ ROOT ".github" "ISSUE_TEMPLATE" "problem.yml")]]
      ["github-issue-config" [(/ ROOT ".github" "ISSUE_TEMPLATE" "config.yml")]]
      ["citation-file-format" [(/ ROOT "CITATION.cff")]]]
    :setv done (subprocess.run [hy.sys-executable "-m" "check_jsonschema" "--quiet"
      "--builtin-schema" f"vendor.{schema}" #* (map str files)])
    (= done.returncode 0))))


(defn files-in [paths]
  "Yield the Hy and Python files in the files and folders `paths`."
  (for [path (map Path paths)]
    (yield :from (if (.is-dir path)
      (gfor file (.rglob path "*") :if (in file.suffix [".hy" ".py"]) file)
      [path]))))


(defn findings-in [path]
  "Return #(path line message) for each finding in the file at `path`."
  (setv source (read-source path))
  (try
    (lfor
      rule (if (= path.suffix ".hy") RULES [flakes long-lines])
      [line message] (rule source)
      #(source.path line message))
    (except [error [HyError SyntaxError]]
      [#(source.path (or (getattr error "lineno" None) 1) (str error.msg))])))


(when (= __name__ "__main__")
  (sys.exit (main #* (cut sys.argv 1 None))))
