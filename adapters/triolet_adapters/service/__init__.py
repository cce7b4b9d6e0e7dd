"""Speech as a service, over HTTP and WebSockets."""
