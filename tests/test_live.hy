"The program's live display on a real terminal, and its lines in a pipe."

(import
  signal
  pytest
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  tests.helpers [TEXT TINY-FLAGS output write-text]
  tests.screen [Screen])

(setv
  ARGUMENTS ["--sources" "text.txt" #* TINY-FLAGS]
  counting (pytest.mark.usefixtures "counting")
  LONG (* TEXT 50))  ; in which a `CountingLearner` takes seconds for an epoch


(defn [counting (pytest.mark.parametrize #("columns" "lines") [
    #(80 24) (pytest.param 120 40 :marks pytest.mark.slow) #(200 50)])]
    test-a-run-is-watched-and-its-lines-stay [tmp-path columns lines]
  (write-text tmp-path LONG)
  (setv screen (Screen tmp-path columns lines #* ARGUMENTS "--epochs" 3))
  (.until screen "compiling the network")
  (setv text (.until screen r"(?s)epoch 2/3 .* characters/s.*saved at"))
  (for [words ["text.txt → model.h5" "whole run" "validation " "Sample, always" "saved at"]]
    (assert (in words text)))
  (setv [status text] (.finish screen))
  (assert (= status 0))
  (setv unbroken (.join "" (.split text)))  ; a long path may break anywhere, also at a space
  (for [words ["epoch1/3training" "epoch3/3training" "Sample:" "--length300"]]
    (assert (in words unbroken)))
  (assert (not-in "whole run" text)))


(defn [counting] test-ctrl-c-leaves-the-lines-and-says-how-to-resume [tmp-path]
  (write-text tmp-path LONG)
  (setv screen (Screen tmp-path 80 24 #* ARGUMENTS "--epochs" 0 "--patience" 0))
  (.until screen r"validation \d")
  (.send-signal screen.process signal.SIGINT)
  (setv [status text] (.finish screen))
  (assert (= status 130))
  (for [words ["epoch 1  training " "Training stopped; model saved. To resume: "]]
    (assert (in words text)))
  (assert (not screen.screen.cursor.hidden))
  (assert (. (load-checkpoint (/ tmp-path "model") :resume True) resume)))


(defn [counting] test-a-terminal-may-change-its-size [tmp-path]
  (write-text tmp-path LONG)
  (setv screen (Screen tmp-path 120 40 #* ARGUMENTS "--epochs" 3))
  (.until screen r"epoch 1/3 .* characters/s")
  (.resize screen 80 24)
  (setv text (.until screen r"epoch [23]/3 .* characters/s"))
  (assert (= (.count text "whole run") 1))
  (assert (= (get (.finish screen) 0) 0)))


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
  (assert (in "with --from english" (get lines 1)))
  (assert (= (cut lines 5 7) ["loading Keras" "compiling the network"]))
  (setv [#* epochs end _] (cut lines 7 None))
  (assert (= (lfor line epochs (get (.split line "  ") 0)) ["epoch 1/3" "epoch 2/3" "epoch 3/3"]))
  (assert (.startswith end "finished: 3 epochs done; model.h5 has the weights of epoch "))
  (assert (.isprintable (.join "" lines))))
