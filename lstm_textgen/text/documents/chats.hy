#[[What all chats have in common: each message becomes a line of text, and people are counted.

The reader of a chat yields `Message`s, and `chat-text` turns them into text. A message without
text, such as a system notice or a picture, is left out.]]

(eval-when-compile (require
  hyrule [unless]
  lstm-textgen.basics.forms [defrecord]))
(import
  collections [Counter]
  re
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.documents.reading [Understood one-line])

(setv
  LONGEST-NAME 80  ; characters; what is longer, and stands before a colon, is no name
  FIRST-YEAR 2009  ; in which WhatsApp appeared, for dates whose year has two digits
  ;; Marks of the direction of writing, which messengers put around names, mentions and notices.
  DIRECTIONS (dict.fromkeys [0x200E 0x200F #* (range 0x202A 0x202F) #* (range 0x2066 0x206A)])
  ;; Never in a name, but in notices such as: Anna changed the subject to “tea: now”.
  NAMELESS (re.compile "[\"“”„«»\n\t]"))


(defrecord Message
  "A message: its author and text, both None for a notice, and the years that its date may mean." [
    #^ str [name None]
    #^ str [text None]
    #^ tuple [years #()]])


(setv NOTICE (Message))


(defn chat-text [messages service reading]
  #[[Yield a line `Name: text` for each of `messages`, then an `Understood`.

  `service` names the source of the chat, such as WhatsApp. If the reading has `only`, other
  people's lines are left out.]]
  (setv
    people (Counter)
    dates #{}
    left-out False)
  (for [message messages]
    (setv
      name (clean-name message.name)
      text (one-line (.translate (or message.text "") DIRECTIONS)))
    (if (and name text)
      (do
        (+= (get people name) 1)
        (when message.years (.add dates message.years))
        (when (wanted? name reading) (yield f"{name}: {text}\n")))
      (setv left-out True)))
  (yield (Understood (_words service people (_span dates) left-out reading) people
    :turns (is reading.only None))))


(defn wanted? [name reading]
  "Return whether the messages of `name` are read."
  (or (is reading.only None) (= (.casefold name) (.casefold (clean-name reading.only)))))


(defn clean-name [name]
  "Return a person's `name` as a line shows it, or an empty string if it isn't a name."
  (setv name (one-line (.translate (.replace (or name "") ":" " ") DIRECTIONS)))
  ;; WhatsApp marks people who aren't in the address book.
  (setv name (.lstrip name "~ "))
  (if (<= (len name) LONGEST-NAME) name ""))


(defn said [line]
  "Return #(name text) of a line `Name: text`, or None if it is a notice."
  (setv [name colon text] (.partition line ": "))
  (unless colon  ; a message may be empty
    (setv [name colon text] [(.removesuffix line ":") (.endswith line ":") ""]))
  (when (and colon (<= (len name) LONGEST-NAME) (not (.search NAMELESS name)))
    #(name text)))


(defn _span [dates]
  "Return #(first last) of the years in `dates` (a set of `Message.years`), or nothing."
  ;; Days are spread out, years are few, and nobody chatted before WhatsApp.
  (min (lfor
      place (if dates [0 -1] [])
      :setv years (lfor years dates (get years place))
      #((min years) (max years)))
    :key (fn [span] #((< (get span 0) FIRST-YEAR) (- (get span 1) (get span 0))))
    :default #()))


(defn _words [service people span left-out reading]
  "Return a summary of a chat in words."
  (+
    f"{service}, {(counted (.total people) "messages")} of "
    (if (= (len people) 1) "1 person" f"{(len people) :,} people")
    (if span (+ ", " (.join " to " (map str (sorted (set span))))) "")
    (if reading.only f", only {reading.only}'s kept" "")
    (if left-out "; media and system lines left out" "")))
