"A model trained on a chat: the output of its run, and conversations."

(import
  lstm-textgen.textmodel [load train]
  tests.helpers [output program refused save-odds succeeded write])

(setv
  CHAT (+ "1/4/25, 3:40 PM - Messages are encrypted.\n"
    (* (.join "" (gfor
      said ["Anna: hi Ben" "Ben: hi" "Anna: ho"]
      f"1/4/25, 3:40 PM - {said}\n")) 40))
  FLAGS ["--layers" "8" "--lookback" "8" "--batch-size" "2" "--epochs" "1"])


(defn chat-model [folder odds]
  "Save in `folder` a model of a chat of Anna and Ben that writes by these `odds`."
  (save-odds folder "Anna: hiBe\n" odds :people ["Anna" "Ben"]))


(defn test-a-run-tells-what-it-understood-and-suggests-a-seed [tmp-path counting]
  (write (/ tmp-path "chat.txt") CHAT)
  (setv lines (.splitlines (output tmp-path "--sources" "chat.txt" #* FLAGS)))
  (assert (in (+ "chat.txt: WhatsApp, 120 messages of 2 people, 2025; "
    "media and system lines left out") lines))
  (assert (.endswith (get lines -1) "--generate Anna: --stop Anna: --length 300"))
  (assert (= (get (. (load (/ tmp-path "model")) settings) "people") ["Anna" "Ben"])))


(defn test-several-columns-and-templates-are-flags [tmp-path counting]
  (write (/ tmp-path "a.csv")
    (+ "id,text\n" (.join "" (gfor n (range 90) f"{n},a fox sings {n}\n"))))
  (setv shown (output tmp-path "--sources" "a.csv" "--column" "{TEXT}!" "--column" "id" #* FLAGS))
  (assert (in "a.csv: table, 90 entries in columns text, id\n" shown))
  (refused (program "--sources" "a.csv" "--column" "{Text" :folder tmp-path)
    "--column must be a column, a template" "not '{Text' (a { without its counterpart;"))


(defn test-a-table-of-few-rows-is-read-as-a-text [tmp-path counting]
  (write (/ tmp-path "a.csv")
    (+ "id,text\n" (.join "" (gfor n (range 5) f"{n},{(* "a fox sings " 30)}{n}\n"))))
  (setv shown (output tmp-path "--sources" "a.csv" "--column" "text" #* FLAGS))
  (assert (in "a.csv: table, 5 entries in column text\n" shown))
  (assert (not-in "a list of" shown)))


(defn test-a-table-goes-on-as-the-items-that-its-model-has [tmp-path counting]
  (write (/ tmp-path "a.csv") (+ "text\n" (.join "" (gfor n (range 90) f"a fox sings {n}\n"))))
  (output tmp-path "--sources" "a.csv" "--column" "text" "--items" "paragraph" #* FLAGS)
  (assert (in "a list of 90 paragraphs"
    (output tmp-path "--sources" "a.csv" "--column" "text" #* FLAGS "--epochs" 2))))


(defn test-only-and-column-are-flags [tmp-path counting]
  (write (/ tmp-path "chat.txt") CHAT)
  (write (/ tmp-path "a.csv")
    (+ "id,text\n" (.join "" (gfor n (range 90) f"{n},a fox sings {n}\n"))))
  (setv shown (output tmp-path "--sources" "chat.txt" "--only" "ben" #* FLAGS))
  (assert (in "only ben's kept" shown))
  (assert (not-in "--stop" shown))
  (setv shown (output tmp-path "--sources" "a.csv" "--column" "text" "--model" "b" #* FLAGS))
  (assert (in "a.csv: table, 90 entries in column text\n" shown))
  (setv result (program "--sources" "a.csv" "--only" "Ben" #* FLAGS :folder tmp-path))
  (assert (= result.returncode 2))
  (assert (.endswith result.stderr
    "'a.csv' is not a chat or mailbox, so --only doesn't apply to it\n")))


(defn test-of-many-documents-ten-are-listed [tmp-path counting]
  (for [n (range 12)] (write (/ tmp-path "all" f"{n}.txt") CHAT))
  (setv lines (.splitlines (output tmp-path "--sources" "all" #* FLAGS)))
  (assert (= (len (lfor line lines :if (in ": WhatsApp, " line) line)) 10))
  (assert (in "… and more documents" lines)))


(defn test-train-takes-only-and-a-recipe-reads-a-chat [tmp-path counting]
  (write (/ tmp-path "chat.txt") CHAT)
  (setv options {"quiet" True  "layers" 8  "lookback" 8  "batch_size" 2  "epochs" 1})
  (setv model (train (/ tmp-path "chat.txt") (/ tmp-path "a") :only "Ben" #** options))
  (assert (= (set model.vocabulary.units) (set "Ben: hi\n")))
  (setv model (train :text CHAT :path (/ tmp-path "b") :prep "read-chat" #** options))
  (assert (not-in "3" model.vocabulary.units)))


(defn test-a-model-keeps-the-names-of-people-as-masked [tmp-path counting]
  (write (/ tmp-path "chat.txt") (.replace CHAT "Ben:" "+49 170 1234567:"))
  (write (/ tmp-path "chat.hy") (+ "(require lstm-textgen.macros [defrecipe])\n"
    "(defrecipe chat \"A chat.\" :sources [\"chat.txt\"] "
    ":prep [mask-numbers (mask-names \"Anna\")])"))
  (setv lines (.splitlines (output tmp-path "--recipe" "chat.hy" #* FLAGS)))
  (assert (.endswith (get lines -1) "--generate A: --stop A: --length 300"))
  (setv model (load (/ tmp-path "model")))
  (assert (= (get model.settings "people") ["A" "+00 000 0000000"]))
  (for [name ["Anna" "1234567"]]
    (assert (not-in (.encode name) (.read-bytes (/ tmp-path "model.h5"))))))


(defn test-a-model-of-a-chat-takes-turns [tmp-path]
  (chat-model tmp-path {"h" 1e20})
  (setv result (program "--interactive" "--length" 3 :folder tmp-path
    :input "hi\nBen: hi hi\nanna:hi\n"))
  (assert (= (succeeded result) "Anna: hi\nhhh\nBen: hi hi\nhhh\nAnna: hi\nhhh\n")))


(defn test-somebody-else-answers-when-the-model-leaves-it-to-you [tmp-path]
  (chat-model tmp-path {"\n" 1e20})
  (setv result (program "--interactive" :folder tmp-path :input "hi\nBen: hi\n"))
  (assert (= (succeeded result) "Anna: hi\nBen:\nBen: hi\nAnna:\n")))


(defn test-the-others-of-a-chat-write-three-messages-at-most [tmp-path]
  (chat-model tmp-path {"h" 1e20  "\n" 1e20})
  (setv result (program "--interactive" "--rng-seed" 1 :folder tmp-path :input "hi\n"))
  (assert (<= 2 (len (.splitlines (succeeded result))) 4)))


(defn test-an-unknown-character-in-a-conversation-is-named-once [tmp-path]
  (chat-model tmp-path {"h" 1e20})
  (setv result (program "--interactive" "--length" 1 :folder tmp-path :input "xi\nhi\n"))
  (assert (= (.count result.stderr "never saw") 1))
  (assert (= (succeeded result) "Anna: xi\nh\nAnna: hi\nh\n")))
