"Files made of entries: mail, subtitles, notebooks, fortune files."

(eval-when-compile (require hyrule [unless]))
(import
  collections [Counter]
  email [message-from-bytes]
  email.policy [default]
  email.utils [parseaddr]
  html [unescape]
  itertools [islice takewhile]
  json
  re
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.decoding [declared-encoding likely-encoding]
  lstm-textgen.text.documents.chats [clean-name kept-in-words wanted?]
  lstm-textgen.text.documents.reading [Summary one-line read-whole text-lines]
  lstm-textgen.text.documents.web [html-lines]
  lstm-textgen.text.items [ENDS])

(setv
  MAX-MAIL (* 16 MB)  ; bytes of one message with its attachments; the rest is ignored
  MAX-SENDER 1000  ; characters of a header
  MAX-PARTS 200  ; within a part of a message
  ;; What each message begins with, and the bytes of that line that are looked at.
  FROM (re.compile rb"From (?:- |\S+ .*?\d\d:\d\d.* \d{4})")
  LOOKED-AT 200
  HEADER (re.compile rb">?[!-9;-~]+:")
  ;; What announces a quotation: Anna wrote on Monday: It may be broken into lines.
  MOST-ANNOUNCING 3
  DATED (re.compile r"[@\d]")
  ;; What stands above a message that follows whole: a line of its own, or its first headers.
  FORWARDED (re.compile
    r"-{2,} ?.{0,25}(?:message|nachricht|mensaje|messaggio|mensagem|bericht|wiadomość|сообщение)\b"
    re.IGNORECASE)
  HEADERS (re.compile (+ r"^\*?(?:From|Von|De|Da|Van) ?:\*? .+\n\*?(?:Sent|Date|To|Subject|"
    "Gesendet|Datum|An|Betreff|Envoyé|À|Objet|Fecha|Enviad[oa](?: el)?|Para|Asunto|Assunto|"
    "Inviato|Data|Oggetto|Verzonden|Aan|Onderwerp) ?:")
    re.MULTILINE)
  FLOWED (re.compile r"(?<!^--) \n(?=[^>\s])" re.MULTILINE)  ; a line that goes on in the next
  ;; The times of a subtitle; WebVTT may omit hours, and settings may follow.
  TIMES (re.compile
    r"\s*(?:\d{1,3}:)?\d{1,2}:\d{2}[,.]\d{1,3} +--> +(?:\d{1,3}:)?\d{1,2}:\d{2}[,.]\d{1,3}.*")
  ;; <i>, <c.yellow>, <00:01:02.345>, {\an8}
  MARKUP (re.compile r"</?[A-Za-z\d][^<>\n]*>|</?>|\{\\[^{}\n]*\}")
  SPEAKS (re.compile r"\s*[-–—] ?\S")  ; the line of one of two speakers in a subtitle
  FEWEST-MARKS 3)  ; between the items of a fortune file


;; * Mail: each message's own words, without quotations

(defn mbox? [head]
  "Return whether `head`, the first bytes of a file, are a mailbox's."
  (match (.split head b"\n" 2)
    [first second _] (and (.match FROM (cut first LOOKED-AT)) (.match HEADER second))))


(defn read-mbox [file reading]
  "Yield the text of each message in `file`, a mailbox; return a `Summary`."
  (setv [people count] [(Counter) 0])
  (for [data (_messages file)]
    (try
      (setv
        message (message-from-bytes data :policy default)
        raw (next (gfor [key value] (.raw-items message) :if (= (.lower key) "from") value) "")
        [name address] (parseaddr (default.header-fetch-parse "From" (cut raw MAX-SENDER)))
        sender (clean-name (or name address))
        text (_own-words (_body message reading)))
      (except [ImportError] (raise))
      (except [Exception] (continue)))  ; `email` raises almost anything for an unsound message
    (+= count 1)
    (when (and sender text) (+= (get people sender) 1))
    (when (and text (wanted? sender reading)) (yield (+ text "\n\n"))))
  (Summary (+ f"mail, {(counted count "messages")}{(kept-in-words people reading)}; "
    "quotations and attachments left out") people))


(defn _messages [file]
  "Yield the first `MAX-MAIL` bytes of each message in `file`."
  (setv [held blank] [(bytearray) True])
  (while (setx line (.readline file MB))
    (cond
      (and blank (.match FROM (cut line LOOKED-AT))) (when held
        (yield (bytes held))
        (.clear held))
      (< (len held) MAX-MAIL) (.extend held line))
    (setv blank (not (.strip line))))
  (when held (yield (bytes held))))


(defn _body [part reading]
  "Return the text of a `part` of a message: what is shown in it, without attached files and mail."
  (setv kind (.get-content-type part))
  (cond
    (or (.startswith kind "message/") (.get-filename part) (.is-attachment part)) ""
    (.is-multipart part) (do
      (setv texts (filter str.strip
        (gfor each (cut (.get-payload part) MAX-PARTS) (_body each reading))))
      (if (= kind "multipart/alternative") (next texts "") (.join "\n" texts)))
    (= kind "text/plain") (_content part)
    (= kind "text/html") (.join "\n" (html-lines (_content part) reading))
    True ""))


(defn _content [part]
  "Return the text of a message `part`, in the encoding that it names or else the likely one."
  (setv
    data (.get-payload part :decode True)
    charset (.get-content-charset part "ascii")
    encoding (cond
      (not-in charset ["ascii" "us-ascii"]) (or (declared-encoding charset) "utf-8")
      (.isascii data) charset
      True (likely-encoding data "ascii"))  ; which old programs leave out
    text (.replace (.decode data encoding "replace") "\r\n" "\n"))
  (if (= (.get-param part "format") "flowed") (.sub FLOWED " " text) text))


(defn _own-words [text]
  "Return the `text` of a message without quotations, the lines that announce them, a signature."
  (setv
    kept []
    forwarded (.search HEADERS text)
    text (if forwarded (.rstrip (cut text (.start forwarded)) " \n_*") text))
  (for [line (.splitlines text)]
    (setv line (if (.startswith line ">From ") (cut line 1 None) line))  ; mboxes escape "From "
    (cond
      (or (= line "-- ") (.match FORWARDED line)) (break)  ; what follows is the signature
      (not (.startswith line ">")) (.append kept (.rstrip line))
      True (_drop-announcement kept)))
  (.strip (re.sub r"\n{3,}" "\n\n" (.join "\n" kept))))


(defn _drop-announcement [kept]
  "Take what announces a quotation from the end of the lines `kept`, if it is there."
  (while (and kept (not (get kept -1))) (.pop kept))
  (unless (and kept (.endswith (get kept -1) ":")) (return))
  (setv
    last (list (takewhile bool (islice (reversed kept) (+ MOST-ANNOUNCING 1))))
    several (and (<= (len last) MOST-ANNOUNCING) (.search DATED (.join " " last))))
  (del (cut kept (- (if several (len last) 1)) None)))


;; * Subtitles

(defn subtitles? [head ending]
  "Return whether a file with this `ending` that begins with the text `head` holds subtitles."
  (setv [first #* more] (.split (.lstrip head "\n") "\n" 2))
  (or
    (.startswith first "WEBVTT")
    (and (in ending [".srt" ".vtt"]) (in "-->" head))
    (and more (.isdigit (.strip first)) (.fullmatch TIMES (get more 0)))))


(defn read-subtitles [file reading]
  "Yield the text of each subtitle in `file` as a line; return a `Summary`."
  (setv [count before] [0 []])
  (for [[count lines] (enumerate (_subtitles (text-lines file reading)) 1)]
    (setv
      shown (list (filter None (gfor line lines (.strip (unescape (.sub MARKUP "" line))))))
      ;; Live captions repeat a line.
      again (and shown before (= (get shown 0) (get before -1)) (> (+ (len shown) (len before)) 2))
      texts (cut shown (if again 1 0) None))
    (cond
      (and (> (len texts) 1) (all (map SPEAKS.match texts)))
        (for [text texts] (yield (+ text "\n")))
      texts (yield (+ (.join " " texts) "\n")))
    (setv before shown))
  (Summary f"subtitles, {(counted count "entries")}"))


(defn _subtitles [lines]
  "Yield each subtitle's list of lines: those between its times and an empty line."
  (setv held None)
  (for [line lines]
    (cond
      (.fullmatch TIMES line) (do
        (when held (yield held))
        (setv held []))
      (is held None) None  ; numbers, titles, notes, styles
      (.strip line) (.append held line)
      True (do
        (yield held)
        (setv held None))))
  (when held (yield held)))


;; * Notebooks

(defn read-notebook [file reading]
  "Yield the code and text of the notebook in `file`; return a `Summary`."
  (setv
    texts (lfor
      cell (get (json.loads (read-whole file reading)) "cells")
      :setv text (.join "" (get cell "source"))
      :if (.strip text)
      (.strip text "\n")))
  (yield :from (gfor text texts (+ text "\n\n")))
  (Summary f"notebook, {(counted (len texts) "cells")}; outputs left out"))


;; * Fortune files

(defn fortunes? [text]
  "Return whether `text`, a file's beginning, has items between lines of `%`; TeX has other signs."
  (setv signs (lfor line (.split text "\n") :if (.startswith line #("%" "\\")) (.rstrip line)))
  (and (>= (.count signs "%") FEWEST-MARKS) (> (* 2 (.count signs "%")) (len signs))))


(defn read-fortunes [file reading]
  "Yield the text of the items in `file`, without blank lines; return a `Summary`."
  (setv
    [items count between] [(or reading.items "paragraph") 0 True]
    [tidy within] (if (= items "line") [one-line " "] [str.rstrip "\n"]))
  (for [line (map tidy (text-lines file reading))]
    (when (not-in line ["" "%"])
      (yield (+ (cond (not between) within  count (get ENDS items)  True "") line))
      (+= count between))
    (when line (setv between (= line "%"))))
  (yield "\n")
  (Summary f"fortune file, {(counted count "items")}" :items items))
