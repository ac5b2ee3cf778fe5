(defsymphony "Half and half" {:asset-class "CRYPTO"}
  (asset "BTC" nil))
