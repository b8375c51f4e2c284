#[[What all chats have in common: messages become lines of text, and people are counted.

A reader of a chat makes `Message`s; `chat-text` makes text of these. A message without a text is a
notice of the service, or a picture: it is left out.]]

(eval-when-compile (require hyrule [unless]))
(import
  collections [Counter]
  dataclasses [dataclass]
  re
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.documents.reading [Understood one-line])

(setv
  LONGEST-NAME 80  ; characters; what is longer, and stands before a colon, is no name
  ;; Marks of the direction of writing, which messengers put around names and notices.
  DIRECTIONS (dict.fromkeys [0x200E 0x200F #* (range 0x202A 0x202F) #* (range 0x2066 0x206A)])
  ;; What no name has: a notice such as: Anna changed the subject to “tea: now”.
  NAMELESS (re.compile "[\"“”„«»\n\t]"))


(defclass [(dataclass :frozen True)] Message []
  "A message: who wrote it and what, each None for a notice; and its year, if that is known."
  (setv
    #^ str name None
    #^ str text None
    #^ int year None))


(setv NOTICE (Message))


(defn chat-text [messages service reading]
  #[[Yield a line `Name: text` for each of `messages`; return what was understood.

  `service` is what the chat comes from, such as WhatsApp. If the reading has `only`, lines of
  others are left out.]]
  (setv
    people (Counter)
    years #{}
    left-out False)
  (for [message messages]
    (setv
      name (clean-name message.name)
      text (one-line (or message.text "")))
    (if (and name text)
      (do
        (+= (get people name) 1)
        (when message.year (.add years message.year))
        (when (wanted? name reading) (yield f"{name}: {text}\n")))
      (setv left-out True)))
  (Understood (_words service people years left-out reading) people
    :turns (is reading.only None)))


(defn wanted? [name reading]
  "Return whether the messages of `name` are read."
  (or (is reading.only None) (= (.casefold name) (.casefold (clean-name reading.only)))))


(defn clean-name [name]
  "Return a person's `name` as it begins a line; nothing if it is no name."
  (setv name (one-line (.translate (.replace (or name "") ":" " ") DIRECTIONS)))
  ;; WhatsApp marks those who aren't in the address book.
  (setv name (.lstrip name "~ "))
  (if (<= (len name) LONGEST-NAME) name ""))


(defn said [line]
  "Return #(name text) of a line `Name: text`, or None if it is a notice."
  (setv [name colon text] (.partition line ": "))
  (unless colon  ; a message may be empty
    (setv [name colon text] [(.removesuffix line ":") (.endswith line ":") ""]))
  (when (and colon (<= (len name) LONGEST-NAME) (not (.search NAMELESS name)))
    #(name text)))


(defn _words [service people years left-out reading]
  "Return in words what was understood of a chat."
  (setv
    whole (.total people)
    span (if years [(min years) (max years)] []))
  (.join "" [
    f"{service}, {(counted whole "messages")} of {(_counted-people people)}"
    (cond
      (not span) ""
      (= #* span) f", {(get span 0)}"
      True f", {(get span 0)} to {(get span 1)}")
    (if reading.only f", of which those of {reading.only}" "")
    (if left-out "; media and system lines left out" "")]))


(defn _counted-people [people]
  "Return in words how many `people` there are."
  (if (= (len people) 1) "1 person" f"{(len people) :,} people"))
