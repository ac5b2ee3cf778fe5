(defsymphony "日本" {}
  (weight-equal [(asset "EWJ" "日本株式ＥＴＦ") (aset "DXJ" "日本") (asset "ROCK" "🚀")]))
