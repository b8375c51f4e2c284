"The tests of the browser's half that need neither a browser nor the program: they run in Node."

(import
  json
  os
  subprocess
  lstm-textgen.pages.assembly [PAGES SHARED]
  tests.node [NODE])


(defn test-the-tests-of-the-pages-pass []
  (setv done (subprocess.run
    [NODE "--test" "--import" "./tests/program.ts" #* (.glob (/ PAGES "tests") "*.test.ts")]
    :cwd PAGES :env {#** os.environ  "CONSTANTS" (json.dumps SHARED)}
    :capture-output True :encoding "utf-8" :timeout 300))
  (assert (= done.returncode 0) done.stdout)
  (assert (in "\nℹ fail 0" done.stdout) done.stdout))
