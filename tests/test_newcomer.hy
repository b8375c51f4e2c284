"The newcomer's test: it types a page's commands into one shell, and fails where a newcomer would."

(import
  contextlib [closing]
  pytest
  tests.helpers [write]
  tools.newcomer [BASH ENVIRONMENT Terminal follow])

(setv pytestmark pytest.mark.quick)


(defn type-pages [folder commands]
  "Type a README with these console `commands` and an empty tutorial; both are in `folder`."
  (write (/ folder "README.md") f"# A\n```console\n{commands}\n```\n")
  (write (/ folder "docs" "tutorial.md"))
  (with [terminal (closing (Terminal BASH :cwd folder :env ENVIRONMENT))]
    (follow folder terminal False)))


(defn test-commands-are-typed-into-one-shell-on-a-terminal [tmp-path]
  (type-pages tmp-path "$ cd docs && x='a b'\n$ ls; echo \"$x\"; test -t 1\ntutorial.md\na b"))


(defn [(pytest.mark.parametrize "commands" [
      "$ true\n$ false\n$ touch next" "$ echo a\nb\n$ touch next"])]
    test-the-first-command-that-fails-or-prints-something-else-ends-it [tmp-path capsys commands]
  (with [ended (pytest.raises SystemExit)]
    (type-pages tmp-path commands))
  (assert (= ended.value.code 1))
  (assert (in "README.md:" (. (.readouterr capsys) out)))
  (assert (not (.exists (/ tmp-path "next")))))
