#[[Checks the project's code: `python -m hy tools/lint.hy [PATHS]`, from the project's root.

It runs pyflakes and the style rules in CONTRIBUTING.md on the files and folders PATHS or, by
default, on all of ours, and then checks the workflows of GitHub, too. Each finding is a line; the
status is 1 if there are any.]]

(import
  itertools [chain]
  pathlib [Path]
  subprocess
  sys
  tools.flakes [flakes]
  tools.forms [ROOT read-source]
  tools.style [RULES long-lines])

(setv DEFAULT (lfor
  name ["lstm_textgen" "tests" "bench" "tools" "train.hy" "setup.py" "conftest.py"]
  (str (/ ROOT name))))


(defn main [#* paths]
  "Print the findings in `paths`; return whether there are any."
  (setv findings (sorted (chain.from-iterable (map findings-in (files-in (or paths DEFAULT))))))
  (for [[path line message] findings]
    (print f"{path}:{line}: {message}"))
  (or (bool findings) (not (or paths (workflows-valid?)))))


(defn workflows-valid? []
  "Return whether GitHub's schema accepts each of our workflows; print what it doesn't."
  (setv
    files (map str (.glob (/ ROOT ".github" "workflows") "*.yml"))
    done (subprocess.run [hy.sys-executable "-m" "check_jsonschema" "--quiet"
      "--builtin-schema" "vendor.github-workflows" #* files]))
  (= done.returncode 0))


(defn files-in [paths]
  "Yield the Hy and Python files in the files and folders `paths`."
  (for [path (map Path paths)]
    (if (.is-dir path)
      (yield :from (sorted (gfor
        file (.rglob path "*")
        :if (in file.suffix [".hy" ".py"])
        file)))
      (yield path))))


(defn findings-in [path]
  "Yield #(path line message) for each finding in the file at `path`."
  (setv
    source (read-source path)
    found (list (flakes source)))
  (try
    (for [rule (if (= path.suffix ".hy") RULES [long-lines])]
      (.extend found (rule source)))
    (except [SyntaxError]))  ; flakes has reported it
  (for [[line message] found]
    (yield #(source.path line message))))


(when (= __name__ "__main__")
  (sys.exit (main #* (cut sys.argv 1 None))))
