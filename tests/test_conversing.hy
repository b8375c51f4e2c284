"A model trained on a chat: the output of its run, and conversations."

(import
  pytest
  lstm-textgen.cli.turns [Turns]
  lstm-textgen.textmodel [TextModel load]
  lstm-textgen.writing.ends [sure-text]
  tests.helpers [output program refused save-odds small-model succeeded write])

(setv
  CHAT (+ "1/4/25, 3:40 PM - Messages are encrypted.\n"
    (* (.join "" (gfor
      said ["Anna: hi Ben" "Ben: hi" "Anna: ho"]
      f"1/4/25, 3:40 PM - {said}\n")) 40))
  FLAGS ["--layers" "8" "--lookback" "8" "--batch-size" "2" "--epochs" "1"])


(defn a-table [folder [rows 90] [text "a fox sings"]]
  (write (/ folder "a.csv")
    (+ "id,text\n" (.join "" (gfor n (range rows) f"{n},{text} {n}\n")))))


(defn chat-model [folder odds]
  "Save in `folder` a model of a chat of Anna and Ben that writes by these `odds`."
  (save-odds folder "Anna: hiBe\n" odds :people ["Anna" "Ben"]))


(defn test-a-run-tells-what-it-understood-and-suggests-a-seed [tmp-path counting]
  (write (/ tmp-path "chat.txt") CHAT)
  (setv lines (.splitlines (output tmp-path "--sources" "chat.txt" #* FLAGS)))
  (assert (in (+ "chat.txt: WhatsApp, 120 messages of 2 people; "
    "media and system lines left out") lines))
  (assert (.startswith (get lines -1) "Talk with it as Anna: "))
  (assert (.endswith (get lines -1) " --interactive"))
  (assert (= (. (load (/ tmp-path "model")) facts people) ["Anna" "Ben"])))


(defn test-help-in-a-chat-asks-for-no-seed-text [tmp-path]
  (chat-model tmp-path {"h" 1e20})
  (setv help (. (program "--interactive" :folder tmp-path :input ":help\n") stderr))
  (assert (.startswith help "Type a line and press Enter; "))
  (assert (not-in "seed text" help)))


(defn test-columns-templates-and-conditions-are-flags [tmp-path counting]
  (a-table tmp-path)
  (setv shown (output tmp-path "--sources" "a.csv" "--column" "{TEXT}!" "--column" "id"
    "--where" "id!=7" "--where" "text!=a fox sings 8" #* FLAGS))
  (assert (in "a.csv: table, 88 entries in columns text, id where id!=7 and text!=a" shown))
  (refused (program "--sources" "a.csv" "--column" "{Text" :folder tmp-path)
    "--column must be a column, a template" "not '{Text' (a { without its counterpart;"))


(defn test-a-table-of-few-rows-is-read-as-a-text [tmp-path counting]
  (a-table tmp-path 5 (* "a fox sings " 30))
  (setv shown (output tmp-path "--sources" "a.csv" "--column" "text" #* FLAGS))
  (assert (in "a.csv: table, 5 entries in column text; header: " shown))
  (assert (not-in "a list of" shown)))


(defn test-a-table-goes-on-as-the-items-that-its-model-has [tmp-path counting]
  (a-table tmp-path)
  (setv flags ["--sources" "a.csv" "--column" "text" #* FLAGS])
  (output tmp-path "--items" "paragraph" #* flags)
  (assert (in "a list of 90 paragraphs" (output tmp-path #* flags "--epochs" 2))))


(defn test-only-one-person-of-a-chat-is-learned-from-if-a-flag-says-so [tmp-path counting]
  (write (/ tmp-path "chat.txt") CHAT)
  (a-table tmp-path)
  (setv shown (output tmp-path "--sources" "chat.txt" "--only" "ben" #* FLAGS))
  (assert (in "only ben's 40 kept" shown))
  (assert (not-in "--interactive" shown))
  (refused (program "--sources" "a.csv" "--only" "Ben" :folder tmp-path)
    "'a.csv' is not a chat or mailbox, so --only doesn't apply to it\n"))


(defn test-a-model-keeps-the-names-of-people-as-masked [tmp-path counting]
  (write (/ tmp-path "chat.txt") (.replace CHAT "Ben:" "+49 170 1234567:"))
  (write (/ tmp-path "chat.hy") (+ "(require lstm-textgen.macros [defrecipe])\n"
    "(defrecipe chat \"A chat.\" :sources [\"chat.txt\"] "
    ":prep [mask-numbers (mask-names \"Anna\")])"))
  (setv lines (.splitlines (output tmp-path "--recipe" "chat.hy" #* FLAGS)))
  (assert (.startswith (get lines -1) "Talk with it as A: "))
  (setv model (load (/ tmp-path "model")))
  (assert (= model.facts.people ["A" "+00 000 0000000"]))
  (for [name ["Anna" "1234567"]]
    (assert (not-in (.encode name) (.read-bytes (/ tmp-path "model.h5"))))))


(defn [(pytest.mark.parametrize #("likely" "length" "typed" "shown" "said") [
    #("h" 3 "hi\nBen: hi hi\nanna:hi\n" "Anna: hi\nhhh\nBen: hi hi\nhhh\nAnna: hi\nhhh\n" "")
    ;; Whom the model leaves it to says nothing.
    #("\n" 9 "hi\nBen: hi\n" "Anna: hi\nBen:\nBen: hi\nAnna:\n" "")
    ;; With an empty line you say nothing.
    #("h" 3 "\nhi\n \n" "Ben:hhh\nAnna: hi\nhhh\nBen:hhh\n" "")
    #("h" 1 "xi\nhi\n" "Anna: i\nh\nAnna: hi\nh\n" "never saw")])]
    test-a-model-of-a-chat-takes-turns-and-names-what-it-never-saw-once
    [tmp-path likely length typed shown said]
  (chat-model tmp-path {likely 1e20})
  (setv result (program "--interactive" "--length" length :folder tmp-path :input typed))
  (assert (= (succeeded result) shown))
  (assert (= (.count result.stderr "never saw") (bool said))))


(defn test-the-others-of-a-chat-write-three-messages-at-most [tmp-path]
  (chat-model tmp-path {"h" 1e20  "\n" 1e20})
  (setv result (program "--interactive" "--rng-seed" 1 :folder tmp-path :input "hi\n"))
  (assert (<= 2 (len (.splitlines (succeeded result))) 4)))


(defn test-your-name-within-a-line-does-not-end-the-others-turn [monkeypatch]
  (monkeypatch.setattr "lstm_textgen.cli.turns.stream" (fn [model seed options ends #* _]
    (iter [(sure-text (.finders ends None True) "Ben: Big Anna: no\nAnna: yes\n" True)])))
  (setv
    model (TextModel (small-model :text "Anna: hiBe\n" :people ["Anna" "Ben"]))
    [_ chunks] (.answer (Turns model) "hi" True {}))
  (assert (= (.join "" chunks) "Ben: Big Anna: no")))


(defn test-an-answer-depends-on-all-that-was-said-before []
  (setv
    model (TextModel (small-model :text "Anna: hiBe\n" :people ["Anna" "Ben"] :layers "lstm:60"
      :scale 1.5))
    turns (Turns model)
    options {"rng_seed" 1  "length" 30})
  (defn say [line]
    (setv [shown chunks] (.answer turns line True options))
    (+ shown (.join "" chunks)))
  (defn answered [seed]
    (.rstrip (.join "" (.stream model seed :stop "\nAnna:" #** options)) "\n"))
  (setv [first second] [(say "hi") (say "he")])
  (assert (= second (+ "Anna: he\n" (answered f"{first}\nAnna: he\n"))))
  (assert (!= second (+ "Anna: he\n" (answered "Anna: he\n")))))
