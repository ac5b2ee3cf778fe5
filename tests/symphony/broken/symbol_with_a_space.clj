(defsymphony "Half and half" {:rebalance-frequency :daily}
  (if (> (rsi "BRK B" {:window 10}) 70)
    [(asset "BIL" nil)]))
