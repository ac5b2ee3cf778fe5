(defsymphony "Half and half" {:rebalance-frequency :daily}
  (asset "SPY" nil))

(defsymphony "The other"
  (asset "TLT" nil))
