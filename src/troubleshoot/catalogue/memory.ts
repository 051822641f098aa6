import type { FailureClass } from '../types.ts';
import { fix } from './define.ts';

const compiling =
  /(?:\bnvcc\b|cc1plus|\bcicc\b|ptxas|\bg(?:cc|\+\+)(?::| -)|\bc\+\+(?::| -)|\[\d+\/\d+\].*(?:\.o\b|\.cu\b)|ninja: |flash[-_]attn|Building (?:CXX|CUDA) object|build_ext|bdist_wheel|Building wheel|MAX_JOBS)/;
const fewerJobs = fix('Compile fewer files at a time', 'MAX_JOBS=2');

/** Too little memory, and processes that the kernel ended. */
export const memory: FailureClass[] = [
  {
    code: 'memory-compiler-killed',
    title: 'A compiler was ended for lack of memory',
    phase: 'dependencies',
    tier: 'root',
    cause:
      'Compiling CUDA code takes several GB for each job; the kernel ended the largest process.',
    fixes: [
      fewerJobs,
      fix('Use a ready-made wheel', 'steadydancer run --set attention=sdpa', 'attention-sdpa'),
      fix('Give WSL or Docker Desktop more memory, or add swap'),
    ],
    source: 'predibase/lorax#252; vllm#8448; facts steadydancer 8.16',
    explains: [
      'compile-failed',
      'build-out-of-memory',
      'python-wheel-build-failed',
      'container-oom-killed',
      'memory-host-killed',
      'memory-exhausted',
    ],
    patterns: [
      {
        line: /Killed signal terminated program|internal compiler error: Killed/i,
        confidence: 0.97,
      },
      {
        line: /(?:died due to signal 9|signal 9 \(Kill signal\))/i,
        near: compiling,
        confidence: 0.97,
      },
      {
        line: /^\s*(?:\S+: (?:line )?\d+: +\d+ )?Killed\b/,
        near: compiling,
        confidence: 0.95,
      },
      {
        line: /virtual memory exhausted|(?:cc1plus|cc1|ld|nvcc|cicc|ptxas)\S*: .*(?:out of memory|memory exhausted)|LLVM ERROR: out of memory/i,
        confidence: 0.95,
      },
      {
        line: /(?:exit code:? 137|died with <Signals\.SIGKILL|signal: 9|-9\b.*(?:exit|returned))/i,
        near: compiling,
        confidence: 0.92,
      },
      {
        line: /Killed process \d+ \((?:cc1plus|cicc|nvcc|ptxas|cc1|ld|rustc|ninja)\)/i,
        confidence: 0.97,
      },
    ],
  },
  {
    code: 'build-out-of-memory',
    title: 'A build step was ended for lack of memory',
    phase: 'dependencies',
    tier: 'root',
    cause: 'The step ended with 137: the kernel ended it, nearly always because memory ran out.',
    fixes: [
      fix('Give Docker more memory: WSL .wslconfig, Docker Desktop > Resources, or swap'),
      fix("See the kernel's word", 'sudo dmesg | grep -i "killed process"'),
    ],
    source: 'exit status 128 + SIGKILL; facts steadydancer 8.16',
    explains: ['container-oom-killed', 'build-step-failed'],
    patterns: [
      {
        line: /(?:did not complete successfully|executor failed running).*exit code: 137/i,
        confidence: 0.9,
      },
      { line: /returned a non-zero code: 137/i, confidence: 0.9 },
      {
        line: /(?:did not complete successfully|executor failed).*(?:killed|signal: 9)/i,
        confidence: 0.85,
      },
      {
        line: /ResourceExhausted: .*cannot allocate memory/i,
        confidence: 0.95,
      },
    ],
  },
  {
    code: 'container-oom-killed',
    title: 'The container was ended for lack of memory',
    phase: 'launch',
    tier: 'root',
    cause:
      'The container reached its memory limit; blocks that are swapped out of video memory stay in memory.',
    fixes: [
      fix(
        'Smaller text encoder: 4.6 GB less',
        'steadydancer run --set textEncoder=fp8',
        'text-encoder-fp8',
      ),
      fix('Swap fewer blocks', 'steadydancer run --set blockSwap=20', 'block-swap-less'),
      fix('Give Docker more memory'),
    ],
    source: 'Linux mm/oom_kill.c; ComfyUI-WanVideoWrapper#805, #565; facts steadydancer 8.50',
    explains: ['container-exited', 'memory-host-killed'],
    patterns: [
      { line: /Memory cgroup out of memory|CONSTRAINT_MEMCG/i, confidence: 0.97 },
      { line: /"?OOMKilled"?[:=] ?"?true/i, confidence: 0.97 },
      // The answer to `docker inspect --format`, never the command that asked.
      {
        line: /^\s*(?:true 137|137 true)\s*$/,
        near: /\.State\.OOMKilled/,
        confidence: 0.97,
      },
      {
        line: /\bOOMKilled\b/,
        unless: /false|\{\{|\bgrep\b|docker inspect/i,
        confidence: 0.9,
      },
      {
        line: /exited with code 137|\(137\)|[Ee]xit(?:ed)? (?:code|status):? ?"?137|ExitCode"?: ?137/,
        // The kernel says that the whole machine had none left, not the container's group.
        notNear: /CONSTRAINT_NONE|global_oom/,
        confidence: 0.8,
      },
    ],
  },
  {
    code: 'memory-host-killed',
    title: 'The kernel ended a process because memory ran out',
    phase: null,
    tier: 'root',
    cause: 'The whole machine was out of memory and swap.',
    detail: 'It ended {1}.',
    fixes: [
      fix(
        'Close programs, add swap, or choose smaller weights',
        'steadydancer run --set variant=gguf-q4_k_m',
        'variant-smaller',
      ),
      fix('Smaller text encoder', 'steadydancer run --set textEncoder=fp8', 'text-encoder-fp8'),
    ],
    source: 'Linux mm/oom_kill.c; systemd-oomd; earlyoom',
    patterns: [
      { line: /Out of memory: Killed process \d+ \(([^)]+)\)/i, confidence: 0.96 },
      {
        line: /invoked oom-killer|oom-kill:constraint=CONSTRAINT_NONE|\bglobal_oom\b|systemd-oomd.*Killed/i,
      },
      {
        line: /^\s*(?:\S+: (?:line )?\d+: +\d+ )?Killed(?: +\S.*)?$/,
        notNear: compiling,
        confidence: 0.8,
      },
      { line: /died with <Signals\.SIGKILL: 9>/, notNear: compiling, confidence: 0.75 },
    ],
  },
  {
    code: 'memory-exhausted',
    title: 'A program asked for more memory than there is',
    phase: null,
    tier: 'specific',
    cause: 'The request for memory was refused.',
    fixes: [
      fix('Close programs or add swap'),
      fix('Smaller weights', 'steadydancer run --set variant=gguf-q4_k_m', 'variant-smaller'),
    ],
    source: 'errno 12 ENOMEM; PyTorch c10/core/impl/alloc_cpu.cpp; CPython; V8',
    patterns: [
      {
        line: /DefaultCPUAllocator: (?:can't allocate memory|not enough memory)/i,
        confidence: 0.95,
      },
      { line: /^(?:[\w.]*\.)?MemoryError\b/ },
      { line: /Cannot allocate memory|\[Errno 12\]|os error 12\b|ENOMEM/i },
      {
        line: /std::bad_alloc|JavaScript heap out of memory|memory allocation of \d+ bytes failed/,
      },
      { line: /Unable to allocate [\d.]+ [KMGT]iB for an array/ },
      { line: /The paging file is too small/i },
    ],
  },
  {
    code: 'memory-shm',
    title: 'The shared memory of the container is too small',
    phase: 'smoke',
    tier: 'root',
    cause: 'A container gets 64 MB in /dev/shm; workers of PyTorch pass data through it.',
    fixes: [fix('Start the container with more', 'docker run --shm-size=8g ...')],
    source: 'pytorch torch/utils/data; docker run --shm-size',
    explains: ['disk-full', 'disk-full-build', 'process-crashed'],
    patterns: [
      /unable to (?:open|write to|allocate) (?:file|shared memory object) <?\/?torch_/i,
      /insufficient shared memory/i,
      /DataLoader worker .* killed by signal: (?:Bus error|Killed)/i,
      /\/dev\/shm\S*.*No space left|No space left.*\/dev\/shm/i,
      /unable to allocate shared memory\(shm\)/i,
    ],
  },
  {
    code: 'vram-exhausted',
    title: 'The video memory is full',
    phase: 'smoke',
    tier: 'specific',
    cause: 'The render needed more video memory than was free.',
    fixes: [
      fix('Swap more blocks into memory', 'steadydancer run --set blockSwap=40', 'block-swap-more'),
      fix(
        'Fewer frames or a smaller picture',
        'steadydancer run --set smoke.frames=17',
        'smoke-smaller',
      ),
      fix('Smaller weights', 'steadydancer run --set variant=gguf-q4_k_m', 'variant-smaller'),
      fix('See who uses it', 'nvidia-smi'),
    ],
    source: 'PyTorch c10/cuda; ComfyUI#10246; facts steadydancer 8.49',
    explains: ['workflow-node-error', 'gpu-library-error'],
    patterns: [
      {
        line: /(?:torch\.|cuda\.)OutOfMemoryError|CUDA out of memory|CUDA error: out of memory/,
        confidence: 0.96,
      },
      { line: /Allocation on device\b/, confidence: 0.95 },
      { line: /CUDA_ERROR_OUT_OF_MEMORY|cudaErrorMemoryAllocation|CUBLAS_STATUS_ALLOC_FAILED/ },
      {
        line: /Failed to allocate memory for requested buffer of size|CUDA failure 2: out of memory/i,
      },
      /Got an OOM, unloading all loaded models/i,
    ],
  },
  {
    code: 'process-limit',
    title: 'No more processes or threads may be started',
    phase: null,
    tier: 'root',
    cause: 'The limit for processes of this user or container is reached.',
    fixes: [
      fix('See the limit', 'ulimit -u'),
      fix('Raise it for the container', 'docker run --pids-limit=-1 ...'),
    ],
    source: 'errno 11 EAGAIN of fork(2), pthread_create(3)',
    patterns: [
      /can't start new thread|pthread_create failed|Can't create new thread/i,
      /(?:fork|clone|vfork|spawn)\w*:? .*Resource temporarily unavailable|retry: Resource temporarily unavailable/i,
      /Cannot fork\b|unable to fork/i,
    ],
  },
  {
    code: 'open-files-limit',
    title: 'Too many files are open',
    phase: null,
    tier: 'specific',
    cause: 'The limit for open files of this user or container is reached.',
    fixes: [fix('Raise it for the container', 'docker run --ulimit nofile=65536 ...')],
    source: 'errno 24 EMFILE',
    patterns: [
      { line: /Too many open files|EMFILE|os error 24/i, unless: /inotify|fsnotify|watcher/i },
    ],
  },
  {
    code: 'process-crashed',
    title: 'A program crashed in native code',
    phase: null,
    tier: 'effect',
    cause:
      'It touched memory that is not its own (signal 11) or ended itself (signal 6): mostly two native libraries that do not fit.',
    fixes: [
      fix(
        'Reinstall the compiled packages of one stack',
        'steadydancer run --no-cache',
        'no-cache',
      ),
    ],
    source: 'signal(7); exit status 128 + signal',
    patterns: [
      /Segmentation fault|SIGSEGV|segfault at/,
      /exit(?:ed)?(?: with)? code:? 13[49]\b|non-zero code: 13[49]\b|Fatal Python error/i,
      /^Aborted\b|core dumped|terminate called after throwing/,
      /free\(\): invalid pointer|double free or corruption|malloc\(\): /,
    ],
  },
  {
    code: 'cpu-instruction-missing',
    title: 'The processor lacks an instruction that a package uses',
    phase: null,
    tier: 'specific',
    cause: 'The package was compiled for newer processors (AVX, AVX2).',
    fixes: [
      fix('See what it has', 'grep -m1 flags /proc/cpuinfo'),
      fix('Use an older build of the package'),
    ],
    source: 'signal(7) SIGILL',
    explains: ['process-crashed'],
    patterns: [
      /Illegal instruction|SIGILL|exit(?:ed)?(?: with)? code:? 132\b|non-zero code: 132\b/,
      /CPU (?:does not|doesn't) support (?:AVX|x86-64-v[234])|Fatal glibc error: CPU does not support/i,
    ],
  },
];
