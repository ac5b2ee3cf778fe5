(defsymphony "Half and half" {:rebalance-frequency :daily}
  (filter (moving-average-price {:window 20}) (select-top 1) [
    (asset "SPY" nil)
    (group "bonds" [(asset "TLT" nil) (asset "IEF" nil)])
  ]))
