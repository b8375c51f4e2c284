"Mail in mbox files: each message's own words, without quotations."

(eval-when-compile (require hyrule [unless]))
(import
  collections [Counter]
  email [message-from-bytes]
  email.errors [MessageError]
  email.header [decode-header make-header]
  email.utils [parseaddr]
  re
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.documents.chats [clean-name wanted?]
  lstm-textgen.text.documents.reading [Understood])

(setv
  MAX-MAIL (* 16 MB)  ; bytes of one message with its attachments; the rest is ignored
  MAX-LINE MB  ; bytes
  MAX-PARTS 200  ; of one message
  FROM (re.compile rb"From \S+.* \d\d:\d\d.* \d{4}|From - ")  ; the first line of each message
  HEADER (re.compile rb">?[!-9;-~]+:")
  ATTRIBUTION (re.compile r".{0,200}:\s*$")  ; Anna wrote on Monday:
  FORWARDED (re.compile r"-{2,} ?(?:Original|Forwarded|Ursprüngliche|Weitergeleitete)")
  SIGNATURE "-- ")


(defn mbox? [head]
  "Return whether `head`, the first bytes of a file, are a mailbox's."
  (setv lines (cut (.split head b"\n" 3) 3))
  (and (= (len lines) 3) (.match FROM (get lines 0)) (.match HEADER (get lines 1))))


(defn read-mbox [file reading]
  "Yield the text of each message in `file`, a mailbox; return an `Understood`."
  (setv
    people (Counter)
    count 0)
  (for [data (_messages file)]
    (setv
      message (message-from-bytes data)
      name (_sender message)
      text (_own-words (_body message reading)))
    (+= count 1)
    (when (and name text) (+= (get people name) 1))
    (when (and text (wanted? name reading)) (yield (+ text "\n\n"))))
  (Understood f"mail, {(counted count "messages")}; quotations and attachments left out"
    people))


(defn _messages [file]
  "Yield the first `MAX-MAIL` bytes of each message in `file`."
  (setv
    held []
    size 0
    blank True)
  (while (setx line (.readline file MAX-LINE))
    (if (and blank (.match FROM line))
      (do
        (when held (yield (.join b"" held)))
        (setv [held size] [[] 0]))
      (when (< size MAX-MAIL)
        (.append held line)
        (+= size (len line))))
    (setv blank (not (.strip line))))
  (when held (yield (.join b"" held))))


(defn _sender [message]
  "Return the sender's name, or their address if there is none."
  (setv raw (.get message "From" ""))
  (try
    (setv [name address] (parseaddr (str (make-header (decode-header raw)))))
    (except [[LookupError MessageError UnicodeError ValueError]]
      (setv [name address] (parseaddr (str raw)))))
  (clean-name (or name address)))


(defn _body [message reading]
  "Return the text of a `message`: its first plain-text part, or the first in HTML."
  (setv texts {})
  (for [[number part] (zip (range MAX-PARTS) (.walk message))]
    (setv kind (.get-content-type part))
    (unless (or (.is-multipart part) (= (.get-content-disposition part) "attachment"))
      (.setdefault texts kind part)))
  (cond
    (in "text/plain" texts) (_payload (get texts "text/plain"))
    (in "text/html" texts) (do
      (import lstm-textgen.text.documents.web [html-lines])
      (.join "\n" (html-lines (_payload (get texts "text/html")) reading)))
    True ""))


(defn _payload [part]
  "Return the text of a message `part`; undecodable characters become U+FFFD."
  (setv data (or (.get-payload part :decode True) b""))
  (for [charset [(.get-content-charset part "utf-8") "utf-8"]]
    (try
      (return (.decode data charset "replace"))
      (except [[LookupError ValueError]]))))


(defn _own-words [text]
  "Return the `text` of a message without quotations, their attributions and the signature."
  (setv kept [])
  (for [line (.splitlines text)]
    (setv line (if (.startswith line ">From ") (cut line 1 None) line))  ; mboxes escape "From "
    (cond
      (or (= line SIGNATURE) (.match FORWARDED line)) (break)
      (not (.startswith line ">")) (.append kept (.rstrip line))
      True (_drop-attribution kept)))
  (.strip (re.sub r"\n{3,}" "\n\n" (.join "\n" kept))))


(defn _drop-attribution [kept]
  "Remove a quotation's attribution line, if there is one, from the end of the lines `kept`."
  (while (and kept (not (get kept -1))) (.pop kept))
  (when (and kept (.fullmatch ATTRIBUTION (get kept -1)))
    (.pop kept)))
