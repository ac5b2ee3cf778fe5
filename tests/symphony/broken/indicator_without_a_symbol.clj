(defsymphony "Half and half"
  (if (> (rsi {:window 10}) 70)
    [(asset "SPY")]
    [(asset "TLT")]))
