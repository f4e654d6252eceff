/**
 * Times without a byte after which a hop between two ends cuts a connection by default, in seconds. Each has a public
 * source. docs/telemetry.md shows the same table.
 */
export const KNOWN_IDLE_LIMITS: readonly number[] = [
  // HAProxy, `timeout client` and `timeout server` of published configurations:
  // Oracle Linux, Administrator's Guide, Example HAProxy Configuration for Load Balancing
  25,
  // Google Cloud load balancers, backend service timeout:
  // https://docs.cloud.google.com/load-balancing/docs/https/request-distribution
  30,
  // HAProxy as Debian and Ubuntu configure it: /etc/haproxy/haproxy.cfg
  50,
  // Heroku: https://devcenter.heroku.com/articles/websockets#timeouts
  55,
  // nginx and ingress-nginx: https://nginx.org/en/docs/http/websocket.html
  // AWS Application and Classic Load Balancer:
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
  60,
  // Cloudflare: https://github.com/buildbot/buildbot/issues/4078
  100,
  // Azure Load Balancer: https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-idle-timeout
  240,
  // Envoy, `stream_idle_timeout`: https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts
  // Oracle Cloud Load Balancer: https://docs.oracle.com/en-us/iaas/Content/Balance/Reference/connectionreuse.htm
  300,
  // AWS Network Load Balancer:
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html
  350,
  // Amazon API Gateway:
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
  600,
  // Envoy, TCP proxy: https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts
  3600,
];
