;;; What a person does in Emacs with Eglot: opens $FILE, waits for what the server says, takes the quick
;;; fix at the first of it, then fix all, and saves all. $SEEN names the file for what was seen.
;;; -*- lexical-binding: t -*-

(require 'eglot)
(require 'json)

(defvar patience 60 "Seconds for one step; it takes one.")
(defvar offered nil "The titles of each menu, the last one first.")

(defun wait-until (holds)
  (let ((end (time-add nil patience)))
    (while (not (funcall holds))
      (when (time-less-p end nil) (error "Waited in vain for %S" holds))
      (accept-process-output nil 0.05))))

(defun place (position)
  (list (line-number-at-pos position)
        (1+ (- position (save-excursion (goto-char position) (line-beginning-position))))))

(defun seen-of (diagnostic)
  (append (place (flymake-diagnostic-beg diagnostic))
          (place (flymake-diagnostic-end diagnostic))
          (list (flymake-diagnostic-text diagnostic))))

(setq last-nonmenu-event ?\r) ; the menu is asked for by a key, so it is not one for the mouse
(fset 'y-or-n-p (lambda (&rest _) t)) ; may files be changed that are not open
(fset 'completing-read
      (lambda (_prompt items &rest _)
        (push (vconcat (mapcar #'car items)) offered)
        (caar items)))

(defun take-action (end kind)
  (let ((before (buffer-chars-modified-tick)))
    (eglot-code-actions (if end (point-min) (point)) end kind t)
    (wait-until (lambda () (/= (buffer-chars-modified-tick) before)))
    (buffer-string)))

(find-file (getenv "FILE"))
(eglot-ensure)
(run-hooks 'post-command-hook) ; which is when it starts
(wait-until #'eglot-managed-p)
(wait-until #'flymake-diagnostics)
(let* ((diagnostics (sort (flymake-diagnostics)
                          (lambda (a b) (< (flymake-diagnostic-beg a) (flymake-diagnostic-beg b)))))
       (told (vconcat (mapcar (lambda (one) (vconcat (seen-of one))) diagnostics)))
       quick all)
  (goto-char (flymake-diagnostic-beg (car diagnostics)))
  (setq quick (take-action nil "quickfix"))
  (setq all (take-action (point-max) "source.fixAll.ssot"))
  (save-some-buffers t) ; which tells the server, too: by itself Eglot does that when idle, never so here
  (wait-until (lambda () (null (flymake-diagnostics))))
  (with-temp-file (getenv "SEEN")
    (insert (json-encode `((diagnostics . ,told)
                           (offered . ,(vconcat (reverse offered)))
                           (after_quick_fix . ,quick)
                           (after_fix_all . ,all))))))
