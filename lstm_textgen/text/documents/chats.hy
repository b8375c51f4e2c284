#[[What all chats have in common: each message becomes a line of text, and people are counted.

The reader of a chat yields messages, #(name text), and `chat-text` turns them into text. One
without text, such as a system notice or a picture, is left out.]]

(eval-when-compile (require hyrule [-> ->>]))
(import
  collections [Counter]
  unicodedata [normalize]
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.documents.reading [Summary one-line])

(setv
  LONGEST-NAME 80  ; characters; what is longer, and stands before a colon, is no name
  NOTICE #(None None)  ; a message of nobody
  ;; Marks of the direction of writing, which messengers put around names, mentions and notices.
  DIRECTIONS (dict.fromkeys [0x200E 0x200F #* (range 0x202A 0x202F) #* (range 0x2066 0x206A)]))


(defn chat-text [messages service reading]
  #[[Yield a line `Name: text` for each of the `messages` of a `service`; return a `Summary`.

  If the reading has `only`, other people's lines are left out.]]
  (setv people (Counter))
  (for [[name text] messages]
    (setv
      text (one-line (.translate (or text "") DIRECTIONS))
      name (if text (clean-name name) ""))  ; of nobody if it is left out
    (+= (get people name) 1)
    (when (and name (wanted? name reading)) (yield f"{name}: {text}\n")))
  (setv left-out (.pop people "" 0))
  (Summary :people people :turns (is reading.only None) :words (+
    f"{service}, {(counted (.total people) "messages")} of "
    (if (= (len people) 1) "1 person" f"{(len people) :,} people")
    (kept-in-words people reading)
    (if left-out "; media and system lines left out" ""))))


(defn wanted? [name reading]
  "Return whether the messages of `name` are read."
  (or (is reading.only None) (= (.casefold name) (.casefold (clean-name reading.only)))))


(defn kept-in-words [people reading]
  "Return words about the only person of `people` whose messages `reading` keeps, if it does."
  (setv kept (sum (gfor [name n] (.items people) :if (wanted? name reading) n)))
  (if reading.only f", only {reading.only}'s {kept :,} kept" ""))


(defn clean-name [name]
  "Return a person's `name` as a line shows it, or an empty string if it isn't a name."
  (setv name (-> (or name "")
    (.replace ":" " ") (.translate DIRECTIONS) (one-line) (->> (normalize "NFC"))
    (.lstrip "~ ")))  ; WhatsApp's mark for people who aren't in the address book
  (if (<= (len name) LONGEST-NAME) name ""))
