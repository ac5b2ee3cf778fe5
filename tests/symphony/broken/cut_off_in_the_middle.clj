(defsymphony "Half and half" {:rebalance-frequency :daily}
  (if (> (rsi "SPY" {:window 10}) 70)
    [(asset "BIL" nil)]
    [(asset "SP