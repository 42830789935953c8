# A Singer tap for busybox: it shows what a container is let do, as the records that it reads.
case "$*" in
*--discover*)
  echo '{"streams":[{"tap_stream_id":"facts","stream":"facts","schema":{"type":"object"},"metadata":[{"breadcrumb":[],"metadata":{"table-key-properties":["name"]}}]}]}'
  exit 0
  ;;
esac
fact() { echo "{\"type\":\"RECORD\",\"stream\":\"facts\",\"record\":{\"name\":\"$1\",\"value\":\"$2\"}}"; }
echo '{"type":"SCHEMA","stream":"facts","schema":{},"key_properties":["name"]}'
fact config "$(tr -d '"{}' </millrace/config.json)"
fact environment "$(env | grep -c -i -e aws -e millrace)"
touch /written 2>/dev/null && fact root writable || fact root read-only
touch /millrace/written 2>/dev/null && fact files writable || fact files read-only
touch /tmp/written 2>/dev/null && fact scratch writable || fact scratch read-only
fact capabilities "$(grep CapEff /proc/self/status | tr -d '\t' | cut -d: -f2)"
fact privileges "$(grep NoNewPrivs /proc/self/status | tr -d '\t' | cut -d: -f2)"
if grep -q hang /millrace/config.json; then while :; do sleep 1; done; fi
