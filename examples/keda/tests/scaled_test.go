package keda

import (
	"os/exec"
	"strings"
	"testing"
	"time"
)

func kubectl(t *testing.T, words ...string) string {
	t.Helper()
	output, err := exec.Command("kubectl", words...).CombinedOutput()
	if err != nil {
		t.Fatalf("kubectl %s: %v\n%s", strings.Join(words, " "), err, output)
	}
	return strings.TrimSpace(string(output))
}

func awaitReplicas(t *testing.T, wanted string) {
	t.Helper()
	t.Logf("waiting for %s", wanted)
	deadline := time.Now().Add(3 * time.Minute)
	for found := "?"; found != wanted; time.Sleep(200 * time.Millisecond) {
		found = kubectl(t, "get", "deployment", "web", "-o", "jsonpath={.spec.replicas} asked, {.status.readyReplicas} ready")
		if time.Now().After(deadline) {
			t.Fatalf("web: %s; wanted: %s\n%s", found, wanted, kubectl(t, "describe", "scaledobject,hpa"))
		}
	}
}

func TestScalesAndRests(t *testing.T) {
	t.Cleanup(func() { kubectl(t, "scale", "deployment", "work", "--replicas=0") })
	awaitReplicas(t, "0 asked,  ready")
	kubectl(t, "scale", "deployment", "work", "--replicas=3")
	awaitReplicas(t, "3 asked, 3 ready")
	kubectl(t, "scale", "deployment", "work", "--replicas=0")
	awaitReplicas(t, "0 asked,  ready")
}

// TestWebhookRefuses has the admission webhook refuse a second ScaledObject for the same Deployment.
func TestWebhookRefuses(t *testing.T) {
	second := exec.Command("kubectl", "create", "--dry-run=server", "-f", "-")
	second.Stdin = strings.NewReader(`
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: second}
spec:
  scaleTargetRef: {name: web}
  triggers: [{type: kubernetes-workload, metadata: {podSelector: app=work, value: "1"}}]
`)
	output, err := second.CombinedOutput()
	if err == nil || !strings.Contains(string(output), "vscaledobject.kb.io") {
		t.Fatalf("the webhook did not refuse it: %v\n%s", err, output)
	}
}

// TestMetricIsServed asks the API server for the metric, which asks KEDA's own server by the APIService.
func TestMetricIsServed(t *testing.T) {
	kubectl(t, "scale", "deployment", "work", "--replicas=1")
	t.Cleanup(func() { kubectl(t, "scale", "deployment", "work", "--replicas=0") })
	awaitReplicas(t, "1 asked, 1 ready")
	value := kubectl(t, "get", "--raw", "/apis/external.metrics.k8s.io/v1beta1/namespaces/default/s0-workload-default?labelSelector=scaledobject.keda.sh%2Fname%3Dweb")
	if !strings.Contains(value, `"value":"1"`) {
		t.Fatalf("the metric is %s", value)
	}
}
