(defsymphony "Half and half" {:rebalance-frequency :daily}
  (if (> (rsi "SPY" {:window 10 :window 20}) 70)
    [(asset "BIL" nil)]
    [(asset "SPY" nil)]))
