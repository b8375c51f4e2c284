"The program's live display on a real terminal, and its lines in a pipe."

(import
  re
  signal
  pytest
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  tests.helpers [TEXT TINY-FLAGS counting output write-text]
  tests.screen [Screen])

(setv
  ARGUMENTS ["--sources" "text.txt" #* TINY-FLAGS]
  ENDLESS ["--epochs" 999 "--patience" 0]  ; until the test has seen enough, on any machine
  LONG (* TEXT 50))  ; in which a `CountingLearner` takes seconds for an epoch


(defn [counting (pytest.mark.parametrize #("columns" "lines") [
    #(80 24) (pytest.param 120 40 :marks pytest.mark.slow) #(200 50)])]
    test-a-run-is-watched-until-ctrl-c-and-its-lines-stay [tmp-path columns lines]
  (write-text tmp-path LONG)
  (setv
    screen (Screen tmp-path columns lines #* ARGUMENTS #* ENDLESS)
    text (.until screen r"(?s)epoch \d+/999 .* characters/s.*saved at"))
  (for [words ["text.txt → model.h5" "whole run" "validation " "Sample, always"]]
    (assert (in words text)))
  (.send-signal screen.process signal.SIGINT)
  (setv [status text] (.finish screen))
  (assert (= [status screen.screen.cursor.hidden] [130 False]))
  (assert (not-in "whole run" text))
  (for [words ["epoch[0-9]+/999training" "Sample:" "Trainingstopped;modelsaved.Toresume:"]]
    (assert (re.search words (unbroken text))))
  (assert (. (load-checkpoint (/ tmp-path "model") :resume True) resume)))


(defn unbroken [text]
  "Return `text` without white space: a terminal may break a long path anywhere, also at a space."
  (.join "" (.split text)))


(defn [counting] test-a-run-on-a-terminal-ends-with-its-lines [tmp-path]
  (write-text tmp-path)
  (setv [status text] (.finish (Screen tmp-path 80 24 #* ARGUMENTS "--epochs" 3)))
  (assert (= status 0))
  (for [words ["epoch1/3training" "epoch3/3training" "Sample:" "--length300"]]
    (assert (in words (unbroken text)))))


(defn [counting] test-a-terminal-may-change-its-size [tmp-path]
  (write-text tmp-path LONG)
  (setv
    screen (Screen tmp-path 120 40 #* ARGUMENTS #* ENDLESS)
    epoch r"epoch (\d+)/999 .* characters/s"
    number (get (re.search epoch (.until screen epoch)) 1))
  (.resize screen 80 24)
  (setv text (.until screen rf"epoch (?!{number}/)\d+/999 .* characters/s"))
  (assert (= (.count text "whole run") 1))
  (.send-signal screen.process signal.SIGINT)
  (assert (= (get (.finish screen) 0) 130)))


(defn [counting] test-a-dumb-terminal-gets-plain-lines [tmp-path]
  (write-text tmp-path)
  (setv screen (Screen tmp-path 80 24 #* ARGUMENTS "--epochs" 1 :TERM "dumb"))
  (setv [status text] (.finish screen))
  (assert (in "epoch 1/1  training " text))
  (assert (= [status (.count screen.bytes b"\x1b")] [0 0])))


(defn test-in-a-pipe-an-epoch-is-a-line-and-long-steps-are-announced [tmp-path]
  (write-text tmp-path)
  (setv lines (.splitlines (output tmp-path "--sources" "text.txt" "--lookback" 16
    "--batch-size" 8 "--epochs" 3 :cold True)))
  (assert (= (get lines 0) "reading text.txt"))
  (assert (in "fine-tuning it: --from english" (get lines 1)))
  (assert (= (cut lines 5 7) ["loading Keras" "compiling the network"]))
  (setv [#* epochs end _] (cut lines 7 None))
  (assert (= (lfor line epochs (get (.split line "  ") 0)) ["epoch 1/3" "epoch 2/3" "epoch 3/3"]))
  (assert (.startswith end "finished: 3 epochs done; model.h5 has the weights of epoch "))
  (assert (.isprintable (.join "" lines))))
