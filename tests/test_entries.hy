"Subtitles, mailboxes, notebooks and fortune files are read entry by entry."

(import
  contextlib [closing]
  email.message [EmailMessage]
  email.mime.message [MIMEMessage]
  email.mime.multipart [MIMEMultipart]
  email.mime.text [MIMEText]
  json
  mailbox
  pytest
  tests.helpers [complaint noted write write-all])

(setv pytestmark pytest.mark.quick)


(defn read [path #** options]
  (setv [text notes] (noted path #** options))
  #(text (when notes (. (get notes -1 1) words))))


;; * Subtitles

(defn test-subrip-is-a-line-for-each-subtitle [here]
  (write "film.srt" (+ "\ufeff1\r\n"
    "00:00:01,000 --> 00:00:02,500\r\n<i>The sea</i>\r\nis wide.\r\n\r\n"
    "2\r\n00:00:03,000 --> 00:00:04,000 X1:1 X2:2\r\n{\\an8}- Who?\r\n- I.\r\n\r\n"
    "3\n00:00:05,000 --> 00:00:06,000\n\n4\n00:00:07,0 --> 00:00:08,0\n5 < 6 & 1:00\n\n"
    (* "5\n00:00:08,0 --> 00:00:09,0\nNo!\n\n" 2)))
  (assert (= (read "film.srt")
    #("The sea is wide.\n- Who?\n- I.\n5 < 6 & 1:00\nNo!\nNo!\n" "subtitles, 6 entries"))))


(defn test-webvtt-is-read-without-styles-notes-and-repetitions [here]
  (write "film" (+ "WEBVTT - a film\nKind: captions\n\n"
    "STYLE\n::cue { color: red }\n\nNOTE none\n\n"
    "intro\n00:01.000 --> 00:02.000 align:start\n<v Anna>the &amp; sea</v>\n\n"
    "00:02.000 --> 00:03.000\nthe &amp; sea\n<00:02.500><c>is wide</c>\n\n"
    "01:00:02.000 --> 01:00:03.000\nis wide\n"))
  (assert (= (read "film") #("the & sea\nis wide\n" "subtitles, 3 entries"))))


;; * Mail

(defn mailbox-of [#* messages]
  "Write a mailbox of `messages`, #(sender text) pairs or messages, as Python's own module does."
  (with [box (closing (mailbox.mbox "a.mbox"))]
    (for [each messages]
      (setv message (if (isinstance each tuple) (EmailMessage) each))
      (when (isinstance each tuple)
        (setv [(get message "From") text] each)
        (.set-content message text))
      (.add box message))))


(defn test-mail-is-what-each-message-says-itself [here]
  (mailbox-of
    #("Anna <anna@example.com>"
      "Hello,\n\nthe lamp is lit.\nFrom here it is small.\n\n-- \nAnna\n")
    #("=?utf-8?q?Bj=C3=B6rn?= <b@example.com>"
      "On Monday, Anna wrote:\n> the lamp\n> is lit\n\nGood!")
    #("Anna <anna@example.com>" "Schön 🦊\n\n---- Original Message ----\nold"))
  (assert (= (read "a.mbox") #(
    "Hello,\n\nthe lamp is lit.\nFrom here it is small.\n\nGood!\n\nSchön 🦊\n\n"
    "mail, 3 messages; quotations and attachments left out")))
  (assert (= (read "a.mbox" :only "Björn") #("Good!\n\n"
    "mail, 3 messages, only Björn's 1 kept; quotations and attachments left out")))
  (assert (in "unknown person 'Eve'; choose from Anna, Björn" (complaint ["a.mbox"] :only "Eve"))))


(defn [(pytest.mark.parametrize "quoted" [
      "On Sat, Jan 4, 2025 at 3:40 PM Anna of the Lamp <\nanna@example.com> wrote:\n\n> old\n"
      "Am 04.01.25 um 15:40 schrieb Anna:\n> old\n"
      "________________________________\nVon: Anna <a@b>\nGesendet: Samstag\nAn: B\n\nold\n"
      "*From:* Anna <a@b>\n*Date:* Saturday\n\nold\n" "-----Ursprüngliche Nachricht-----\nold\n"
      "---------- Forwarded message ---------\nFrom: Anna\n\nold\n" "-- \nold\n"])]
    test-mail-leaves-out-what-it-quotes-however-that-begins [here quoted]
  (mailbox-of #("Ben <b@example.com>" f"Good, in 2025:\nat sea.\n\n{quoted}"))
  (assert (= (get (read "a.mbox") 0) "Good, in 2025:\nat sea.\n\n")))


(defn test-a-letter-that-flows-is-joined [here]
  (write "a.eml" (.encode (+ "From: Ben\nContent-Type: text/plain; format=flowed; "
    "charset=latin-1\n\nschön \nis wide\nand deep.\n\n-- \nBen\n") "latin-1"))
  (assert (= (read "a.eml" :only "Ben") #("schön is wide\nand deep.\n\n"
    "mail, 1 message, only Ben's 1 kept; quotations and attachments left out"))))


(defn test-mail-of-parts-is-its-text-or-its-page-without-attachments-and-quotations [here]
  (setv page (EmailMessage))
  (.set-content page :subtype "html" (+ "<style>x</style><p>one</p><p>two</p>"
    "<div class='gmail_quote'>On Sat wrote:<p>old</p></div>"))
  (setv letter (EmailMessage))
  (.set-content letter "letter")
  (.add-alternative letter "<p>page</p>" :subtype "html")
  (.add-attachment letter "secret" :filename "b.txt")
  (.add-attachment letter "notes" :filename "a.txt" :disposition "inline")
  (mailbox-of page letter)
  (assert (= (get (read "a.mbox") 0) "one\ntwo\n\nletter\n\n")))


(defn test-mail-of-several-parts-is-all-the-text-that-it-shows [here]
  (setv parts (MIMEMultipart "mixed"))
  (for [part [(MIMEText "one\n") (MIMEText "<p>two</p>" "html") (MIMEText "three\n")
      (MIMEMessage (MIMEText "forwarded"))]] (.attach parts part))
  (setv both (MIMEMultipart "alternative"))
  (for [part [(MIMEText " \n") (MIMEText "<p>page</p>" "html")]] (.attach both part))
  (mailbox-of parts both)
  (assert (= (get (read "a.mbox") 0) "one\n\ntwo\nthree\n\npage\n\n")))


(defn [(pytest.mark.parametrize "header" ["" "Content-Type: text/plain; charset=us-ascii\n"])]
    test-eight-bit-mail-without-an-encoding-is-read-in-the-likely-one [here header]
  (write "a.mbox" (.join b"\n" (gfor encoding ["cp1252" "utf-8" "cp1251"]
    (.encode (+ "From a@b Sat Jan  4 15:40:07 2025\nFrom: "
      (if (= encoding "utf-8") "Björn <a@b>\n" "a@b\n") header "\n"
      (if (= encoding "cp1251") "Привет, мир!\n" "Schöne Grüße\n")) encoding))))
  (assert (= (get (read "a.mbox") 0) "Schöne Grüße\n\nSchöne Grüße\n\nПривет, мир!\n\n"))
  (assert (= (get (read "a.mbox" :only "Björn") 0) "Schöne Grüße\n\n")))


;; * Notebooks

(defn test-a-notebook-is-its-code-and-text [here]
  (write "a.ipynb" (json.dumps {"nbformat" 4  "cells" [
    {"cell_type" "markdown"  "source" ["# Lamp\n" "It shines."]}
    {"cell_type" "code"  "source" "print(1)\n"  "outputs" [{"text" "1"}]}
    {"cell_type" "code"  "source" []}]}))
  (assert (= (read "a.ipynb")
    #("# Lamp\nIt shines.\n\nprint(1)\n\n" "notebook, 2 cells; outputs left out"))))


(defn [(pytest.mark.parametrize "text" [
      "{" "[]" "\"\"" (+ "[" (* "9" 5000) "]") "{\"cells\": 7}" "{\"cells\": [1]}"
      "{\"cells\": [{\"source\": [1]}]}" "\"cells\""])]
    test-what-is-no-notebook-is-refused [here text]
  (write "a.ipynb" text)
  (assert (.startswith (complaint ["a.ipynb"]) "'a.ipynb' is not a notebook, or is damaged")))


;; * Fortune files

(defn test-the-items-of-a-fortune-file-are-between-its-percent-signs [here]
  (setv text "% make love\n\t-- unix\n%\nTwo\n\nlines.\n%\r\n%\n 5 %\n% \n")
  (write "unix" text)
  (assert (= (read "unix") #("% make love\n\t-- unix\n\nTwo\nlines.\n\n 5 %\n"
    "fortune file, 3 items")))
  (assert (= (get (read "unix" :items "line") 0) "% make love -- unix\nTwo lines.\n5 %\n"))
  (write-all {"a.tex" "\\a\n%\n% b\n%\n\\c\n%\n"  "b" "Two\n%\nlines\n%\n"})
  (for [name ["a.tex" "b"]] (assert (= (get (noted name) 1) []))))
