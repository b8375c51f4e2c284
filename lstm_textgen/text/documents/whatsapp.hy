#[[Chats of WhatsApp, which are lines of text.

A date begins a message, in a format that depends on the country and the phone's language; other
lines continue the message before.]]

(import
  re
  lstm-textgen.text.documents.chats [LONGEST-NAME NOTICE])

(setv
  TOP-LINES 500  ; first lines, by which a chat is recognized
  STAMP-WITHIN 80  ; characters within which a line that begins a message has its date
  MOST-JOINED (** 2 20)  ; characters of one message; the rest of a longer one is left out
  MARKERS "[\ufeff\u200e\u200f\u202a-\u202e]*"
  ;; A date and a time of any country: 1/4/25, 3:40 PM; 04.01.2025 klo 15.40.07; 2025. 1. 4. 오후
  ;; 3:40; 4.01.2025 г., 15:40 ч.; ٤‏/١‏/٢٠٢٥، ٣:٤٠ م. Three numbers, few letters, and a time.
  BETWEEN "\u200f?(?:[./-]|\\. )"
  DATE rf"\d{{1,4}}{BETWEEN}\d{{1,2}}{BETWEEN}\d{{1,4}}"
  CLOCK r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?"
  TIME rf"[^\d\n\[\]<>:]{{1,16}}{CLOCK}[^\d\n\[\]<>:-]{{0,12}}?"
  BEFORE rf"{CLOCK}[^\d\n\[\]<>:-]{{0,8}}, {DATE}"  ; a time, then a date
  STAMP (re.compile (+ MARKERS "(?:" (.join "|" [
    rf"\[(?:{DATE}{TIME}|{BEFORE})\] ?"      ; on iPhones; copied from WhatsApp's page
    rf"(?:{DATE}{TIME}|{BEFORE}) [-–] "      ; on Android; in Vietnamese
    rf"{DATE}{TIME}: (?=[^:\n]+: )"          ; years ago
    ]) ")"))
  ;; A name and what is said, if anything. Quotation marks are in notices such as: Anna changed the
  ;; subject to “tea: now”.
  SAID (re.compile rf"([^\"“”„«»\n\t]{{,{LONGEST-NAME}}}?)(?:: (.*)|:)$")
  ;; What Android writes above a caption or alone: <Media omitted>, <Medien ausgeschlossen>, …, the
  ;; name of a file with (file attached); and null.
  MEDIUM (re.compile
    r"\A(?:<[^<>\n]{3,60}>|\S[^\n]{0,200}\.\w{2,5} \([^()\n]{4,40}\)|null)(?:\n|$)")
  ;; What ends a message: iPhones' notes, such as a photo below its caption; that it was edited.
  ENDING 400  ; characters within which that stands
  MESSAGE-ENDS (re.compile (.join "|" [
    "(?:[^\n]*\\.\\w{2,5} •)?(?:\\s\u200e[^\n\u200e]{3,200}){1,3}$"
    (+ "\\s<[^<>\n]{0,40}(?:edited|bearbeitet|edit[óa]|modifi|bewerkt|изменено|düzenlendi|"
      "edytowan)[^<>\n]{0,20}>$")]))
  ;; Notices that look like messages, in the languages in which most chats are exported; iPhones
  ;; mark theirs, in whatever language.
  LONGEST-NOTICE 200
  CALLED "(?: ?[.,(].{0,80}| (?:at|um|à|a las|às|alle) \\d.{0,8})?"
  NOTICES (re.compile (.join "|" [
    "(?:this message was|you) deleted(?: this message)?.?"
    "(?:diese nachricht wurde gelöscht|du hast diese nachricht gelöscht).?"
    "(?:se eliminó este mensaje|eliminaste este mensaje|este mensaje fue eliminado).?"
    "(?:ce message a été supprimé|vous avez supprimé ce message).?"
    "(?:questo messaggio è stato eliminato|hai eliminato questo messaggio).?"
    "(?:(?:esta )?mensagem (?:foi )?(?:apagada|eliminada)|(?:você )?apagou esta mensagem).?"
    "(?:dit bericht is verwijderd|(?:je|u) hebt dit bericht verwijderd).?"
    "(?:(?:данное|это) сообщение (?:было )?удалено|вы удалили (?:данное|это) сообщение).?"
    "(?:bu mesaj silindi|bu mesajı sildiniz|تم حذف هذه الرسالة|لقد حذفت هذه الرسالة).?"
    f"(?:missed|incoming|outgoing|no answer) (?:group )?(?:voice |video )?call{CALLED}"
    f"verpasster (?:gruppen-?)?(?:sprach|video)?anruf{CALLED}"
    f"(?:llamada (?:de voz )?|videollamada )perdida{CALLED}|appel (?:vocal |vidéo )?manqué{CALLED}"
    f"(?:chiamata (?:vocale )?|videochiamata )persa{CALLED}"
    f"(?:chamada (?:de (?:voz|vídeo) )?|vídeo ?chamada )perdida{CALLED}"
    f"gemiste? (?:spraakoproep|video-?oproep|oproep){CALLED}"
    "waiting for this message.*|\\(this message was deleted\\)|live location shared"
    "\\w+ ?: https://maps\\.google\\.com/\\S+"  ; a place
    ;; Media, where a copy has lost the mark.
    (+ "(?:image|imagen|immagine|imagem|bild|afbeelding|vid[eé]o|vídeo|[aá]udio|sticker|figurinha|"
      "gif|document[oe]?|dokument|contact card|kontaktkarte|tarjeta de contacto|scheda contatto|"
      "fiche contact) (?:omitted|weggelassen|ausgelassen|omitid[oa]|omise?|absente|manquante?|"
      "retiré|omess[oa]|non incluso|esclusa|ocultad[oa]|não revelad[oa]|weggelaten)")])
    re.IGNORECASE))


(defn whatsapp? [text]
  "Return whether the lines of `text` look like WhatsApp's: with dates and recurring names."
  (setv
    lines (lfor line (cut (.split text "\n") TOP-LINES) :if (.strip line) (.rstrip line "\r"))
    begun (list (filter None (map _begin lines)))
    names (lfor [name _] begun :if name name))
  (and
    names
    (_begin (get lines 0))
    (or (> (len begun) 1) (= (len lines) 1))
    (<= (len (set names)) (+ 2 (/ (len names) 2)))))


(defn whatsapp-messages [lines]
  "Yield the messages in `lines`."
  (setv [held size] [None 0])  ; the name and the lines of a message, its characters
  (for [line lines]
    (when (setx message (_begin line))
      (when held (yield (_finish (get held 0) (.join "\n" (get held 1)))))
      (setv
        [name line] message
        [held size] [#(name []) 0]))
    (when (and held (< size MOST-JOINED))
      (.append (get held 1) (cut line MOST-JOINED))
      (+= size (+ 1 (len line)))))
  (when held (yield (_finish (get held 0) (.join "\n" (get held 1))))))


(defn _begin [line]
  "Return the message that `line` begins, or None if it has no date."
  (when (setx stamp (.match STAMP (cut line STAMP-WITHIN)))
    (setv said (.match SAID line (.end stamp)))
    (if said (.groups said "") #(None ""))))


(defn _finish [name text]
  "Return a message, whose `text` has line ends, without its notes, or a notice if it is one."
  (setv text (.strip text))
  (when (.startswith text "\u200e") (return NOTICE))  ; a medium or a notice on an iPhone
  (when (or (.endswith text ">") (in "\u200e" text))
    (setv text (+ (cut text (- ENDING)) (.sub MESSAGE-ENDS "" (cut text (- ENDING) None)))))
  (setv text (.strip (.sub MEDIUM "" text)))
  (if (and (<= (len text) LONGEST-NOTICE) (.fullmatch NOTICES text)) NOTICE #(name text)))
